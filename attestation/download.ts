/** Getting what a vendor publishes: whole, and no more of it than it can be. */
import { concatBytes } from '@noble/hashes/utils.js';
import { AttestationError, type AttestationErrorCode } from './error.js';

export interface VendorRequest {
  readonly fetch: typeof globalThis.fetch;
  /** Ends the request: a vendor's service may be as slow as it likes. */
  readonly signal?: AbortSignal;
}

export interface Download {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** As much as the parsers of lists and JSON take. */
const MAX_BYTES = 1024 * 1024;
const NOT_FOUND = 404;

/**
 * Gets one document. What it says is for others to judge.
 *
 * @param codes what to throw when there is no answer that could be used, and when the service knows of nothing there
 * @throws AttestationError with one of these codes
 */
export async function download(
  { fetch, signal }: VendorRequest,
  url: string,
  codes: { readonly unavailable: AttestationErrorCode; readonly unknown: AttestationErrorCode },
): Promise<Download> {
  const unavailable = (how: string, cause?: unknown) =>
    new AttestationError(codes.unavailable, `${url} ${how}`, { cause });
  let response: Response;
  try {
    response = await fetch(url, { redirect: 'error', credentials: 'omit', ...(signal ? { signal } : {}) });
  } catch (cause) {
    throw unavailable('cannot be reached', cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    if (response.status !== NOT_FOUND) throw unavailable(`answered ${response.status}`);
    throw new AttestationError(codes.unknown, `${url} answered ${response.status}`);
  }
  const body = await wholeBody(response).catch((cause: unknown) => {
    throw unavailable('broke off', cause);
  });
  if (!body) throw unavailable(`answered more than ${MAX_BYTES} bytes`);
  return { headers: response.headers, body };
}

/** Undefined when it is too long; the rest is not read then. */
async function wholeBody({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > MAX_BYTES) {
      await reader?.cancel();
      return undefined;
    }
  }
  return concatBytes(...chunks);
}
