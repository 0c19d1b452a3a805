/** Advanced Chat Privacy's setting, as a group's authenticated state carries it (an MLS group-context extension). */
import { type CborValue, decodeCbor, encodeCbor } from './cbor.js';
import { WireError } from './error.js';
import { isUtf8 } from './utf8.js';

/** The extension's type, of the range for private use (RFC 9420 section 17.3). */
export const PRIVACY_EXTENSION_TYPE = 0xf0a1;
const MAX_NAME_BYTES = 256;

export interface PrivacySetting {
  /** Whether the chat's messages are kept from AI, export and automatic download. */
  readonly on: boolean;
  /** Who set it: the member's identity in the group, 1 to 256 bytes of UTF-8. */
  readonly by: string;
  /** When, by that member's clock, in seconds since 1970. */
  readonly since: number;
}

export function encodePrivacySetting({ on, by, since }: PrivacySetting): Uint8Array<ArrayBuffer> {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, on ? 1 : 0],
      [2, new TextEncoder().encode(by)],
      [3, since],
    ]),
  );
}

/** @throws WireError `privacy-malformed` */
export function decodePrivacySetting(bytes: Uint8Array): PrivacySetting {
  const value = decoded(bytes);
  if (!(value instanceof Map) || value.size !== 3) throw malformed();
  const [on, by, since] = [value.get(1), value.get(2), value.get(3)];
  const named = by instanceof Uint8Array && by.length > 0 && by.length <= MAX_NAME_BYTES && isUtf8(by);
  if ((on !== 0 && on !== 1) || !named || typeof since !== 'number') throw malformed();
  return { on: on === 1, by: new TextDecoder('utf-8', { ignoreBOM: true }).decode(by), since };
}

function decoded(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    if (error instanceof WireError) throw malformed();
    throw error;
  }
}

const malformed = () => new WireError('privacy-malformed', 'a privacy setting is malformed');
