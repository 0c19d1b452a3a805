import { request } from 'undici';
import { bodyAtMost } from '../wire/node/body.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

export interface Published {
  /** Its media type. */
  readonly type: unknown;
  readonly bytes: Buffer;
  /** For how long it may be kept, in seconds (RFC 9111 §5.2.2.1); for ever when nothing is said. */
  readonly maxAgeS: number;
}

/** What another party publishes. @throws Error when it is not to be had, or too long */
export async function fetchPublished(url: string, accept: string): Promise<Published> {
  const { statusCode, headers, body } = await request(url, {
    headers: { accept },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const bytes = await bodyAtMost(body, MAX_BYTES);
  const [, age] = /\bmax-age=(\d{1,9})\b/.exec(String(headers['cache-control'])) ?? [];
  const maxAgeS = age === undefined ? Number.POSITIVE_INFINITY : Number(age);
  if (statusCode === 200) return { type: headers['content-type'], bytes, maxAgeS };
  throw new Error('nothing is published there now');
}
