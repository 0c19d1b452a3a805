import type { Backend, KvCache } from './backend.js';

/** Tokens in one run: enough for full speed, few enough (a sixth of a second or so) to stop soon after an abort. */
const CHUNK = 128;

/**
 * Runs `tokens` chunk by chunk; `logits` then holds the last one's.
 * @returns false when `signal` was aborted before the end
 */
export async function prefill(
  backend: Backend,
  cache: KvCache,
  tokens: Int32Array,
  logits: Float32Array,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let from = 0; from < tokens.length; from += CHUNK) {
    if (signal?.aborted) return false;
    await backend.forward(cache, tokens.subarray(from, from + CHUNK), logits);
  }
  return true;
}
