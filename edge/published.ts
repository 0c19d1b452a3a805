import { request } from 'undici';
import { bodyAtMost } from './body.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** What another party publishes, and its media type. @throws Error when it is not to be had, or too long */
export async function fetchPublished(
  url: string,
  accept: string,
): Promise<{ readonly type: unknown; readonly bytes: Buffer }> {
  const { statusCode, headers, body } = await request(url, {
    headers: { accept },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const bytes = await bodyAtMost(body, MAX_BYTES);
  if (statusCode === 200) return { type: headers['content-type'], bytes };
  throw new Error('nothing is published there now');
}
