/** Values with bytes and big integers as bytes and back, to be encrypted where they are kept. */
import { fromBase64, toBase64 } from '../group/base64.js';

export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(value, (_, plain: unknown) => {
    if (plain instanceof Uint8Array) return { $bytes: toBase64(plain) };
    if (typeof plain === 'bigint') return { $integer: String(plain) };
    return plain;
  });
  return new TextEncoder().encode(json);
}

export function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_, value: unknown) => {
    const { $bytes, $integer } = Object(value) as Record<string, unknown>;
    if (typeof $bytes === 'string') return fromBase64($bytes);
    if (typeof $integer === 'string') return BigInt($integer);
    return value;
  });
}
