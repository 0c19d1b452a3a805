/** Intel's signed JSON: `{"<name>":<value>,"signature":"<128 hex digits>"}`, the signature over the value's very bytes. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { JsonObject, malformed } from './json.js';

const MAX_BYTES = 1024 * 1024;
/** `,"signature":"` + 128 digits + `"}`. Intel writes lower case; one way to write a signature is enough. */
const TAIL = /^,"signature":"([0-9a-f]{128})"\}$/;
const TAIL_BYTES = ',"signature":""}'.length + 128;
/** PCS answers end in nothing; a stored one may have got a line end. */
const LINE_END_BYTES = 2;

/** Such an answer, cut but not read. */
export interface SignedJson {
  readonly signedBytes: Uint8Array;
  /** r ‖ s. */
  readonly signature: Uint8Array;
}

/**
 * Cuts an answer without interpreting it.
 *
 * @throws AttestationError `tdx-collateral-malformed`
 */
export function splitSignedJson(body: Uint8Array, name: 'tcbInfo' | 'enclaveIdentity'): SignedJson {
  if (body.length > MAX_BYTES) malformed(`${name} of ${body.length} bytes is too long`);
  const head = new TextEncoder().encode(`{"${name}":`);
  if (!head.every((byte, i) => body[i] === byte)) malformed(`${name} does not begin as Intel's answers do`);
  let end = body.length;
  while (end > 0 && body.length - end < LINE_END_BYTES && isLineEnd(body[end - 1])) end -= 1;
  const cut = end - TAIL_BYTES;
  if (cut <= head.length) malformed(`${name} is too short`);
  const tail = TAIL.exec(String.fromCharCode(...body.subarray(cut, end)));
  if (!tail) return malformed(`${name} does not end in a signature`);
  return { signedBytes: body.subarray(head.length, cut), signature: hexToBytes(tail[1]!) };
}

/** Reads the value. Call it on bytes whose signature has been verified. @throws AttestationError `tdx-collateral-malformed` */
export function readSignedJson({ signedBytes }: SignedJson, name: string): JsonObject {
  try {
    return new JsonObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(signedBytes)), name);
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    return malformed(`${name} is no JSON`, cause);
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}
