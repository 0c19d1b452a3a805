import { WireError } from './error.js';

const KIB = 1024;

/**
 * The only sizes, in bytes, that a sealed request's plaintext has. Two steps an octave: an observer learns the
 * class and nothing finer, at a cost of at most half of the request's own size.
 */
export const REQUEST_CLASSES: readonly number[] = [
  1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 272,
].map((kib) => kib * KIB);

/** The class that a plaintext of `length` bytes is padded to. @throws WireError `request-too-large` */
export function requestClass(length: number): number {
  const fit = REQUEST_CLASSES.find((size) => size >= length);
  if (fit === undefined)
    throw new WireError('request-too-large', 'the request is larger than the largest size class');
  return fit;
}

/** `message` followed by zeros up to its class, which binary HTTP allows (RFC 9292 §3.8). */
export function padRequest(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(requestClass(message.length));
  out.set(message);
  return out;
}
