/** What a direct connection (RA-TLS) needs of names: the client's nonce travels as a host name, in the clear. */
import { WireError } from './error.js';

const NONCE_BYTES = 32;
/** RFC 4648 §6 in lower case: host names have no case, and comparing them must not depend on one. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const DOMAIN = '.direct.sotto';
const LABEL_CHARACTERS = Math.ceil((NONCE_BYTES * 8) / 5);

/** The one application protocol (RFC 7301) of a direct connection. */
export const DIRECT_ALPN = 'http/1.1';

/** The label of `tls-exporter` (RFC 9266 §2); its context is empty and its length is 32 bytes. */
export const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
export const EXPORTER_BYTES = 32;

/** The media type of one certificate in DER (RFC 2585 §4.1): what a peer shows on `POST /v1/peer`. */
export const PEER_TYPE = 'application/pkix-cert';

/**
 * The server name (RFC 6066 §3) of a connection with that nonce: 52 characters of base32 without padding, then
 * `.direct.sotto`. It is resolved by nobody.
 *
 * @param nonce 32 fresh random bytes
 * @throws WireError `direct-name-malformed` when it is not 32 bytes
 */
export function directName(nonce: Uint8Array): string {
  if (nonce.length !== NONCE_BYTES) throw malformed('a nonce has 32 bytes');
  let label = '';
  let [held, bits] = [0, 0];
  for (const byte of nonce) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) label += ALPHABET[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return `${label}${ALPHABET[(held << (5 - bits)) & 31]}${DOMAIN}`;
}

/**
 * The nonce in such a name. Each nonce has one name only.
 *
 * @throws WireError `direct-name-malformed`
 */
export function nonceOfDirectName(name: string): Uint8Array {
  const label = name.slice(0, LABEL_CHARACTERS);
  if (name !== label + DOMAIN) throw malformed('the name does not end as it has to');
  const nonce = new Uint8Array(NONCE_BYTES);
  let [held, bits, length] = [0, 0, 0];
  for (const character of label) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw malformed('the label is not base32 in lower case');
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    nonce[length++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  if (held !== 0) throw malformed('the label has bits beyond the nonce');
  return nonce;
}

function malformed(what: string): WireError {
  return new WireError('direct-name-malformed', what);
}
