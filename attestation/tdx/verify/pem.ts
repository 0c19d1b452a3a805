/** PEM certificates as Intel writes them (RFC 7468, the strict form): one way to write each, so that nothing hides in it. */
import { AttestationError, type AttestationErrorCode } from '../../error.js';

const BEGIN = '-----BEGIN CERTIFICATE-----\n';
const END = '-----END CERTIFICATE-----\n';
const LINE = 64;
const MAX_BYTES = 16 * 1024;
const MAX_CERTIFICATES = 8;

/**
 * Reads a concatenation of certificates into DER. The text may end without its last newline, and with one
 * NUL, as quoting libraries leave it.
 *
 * @param code the code to refuse with when it is anything else
 * @throws AttestationError with that code
 */
export function readPem(bytes: Uint8Array, code: AttestationErrorCode): Uint8Array[] {
  if (bytes.length > MAX_BYTES) throw new AttestationError(code, `${bytes.length} bytes of PEM are too many`);
  let text = String.fromCharCode(...(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes));
  if (text !== '' && !text.endsWith('\n')) text += '\n';
  const certificates: Uint8Array[] = [];
  while (text !== '') {
    const end = text.indexOf(END);
    const der = text.startsWith(BEGIN) && end > 0 ? readBody(text.slice(BEGIN.length, end)) : undefined;
    if (!der || certificates.length === MAX_CERTIFICATES) {
      throw new AttestationError(
        code,
        `not PEM certificates: number ${certificates.length + 1} is malformed`,
      );
    }
    certificates.push(der);
    text = text.slice(end + END.length);
  }
  return certificates;
}

/** Base64 in lines of 64 characters; undefined unless it is written exactly as an encoder would. */
function readBody(body: string): Uint8Array | undefined {
  const base64 = body.replaceAll('\n', '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  const binary = atob(base64);
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  if (btoa(binary) !== base64 || body !== lines.map((line) => `${line}\n`).join('')) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
