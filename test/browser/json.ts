/** Values with bytes, times and big integers as JSON and back, the same in browsers and in Node. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

export function toJson(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, plain: unknown) {
    const given = this[key]; // `plain` is what Date's own toJSON made of it
    if (given instanceof Uint8Array) return { $bytes: bytesToHex(given) };
    if (given instanceof Date) return { $date: given.toISOString() };
    if (typeof given === 'bigint') return { $integer: String(given) };
    return plain;
  });
}

export function fromJson<Value>(json: string): Value {
  return JSON.parse(json, (_, value: unknown) => {
    const { $bytes, $date, $integer } = Object(value) as Record<string, unknown>;
    if (typeof $bytes === 'string') return hexToBytes($bytes);
    if (typeof $date === 'string') return new Date($date);
    if (typeof $integer === 'string') return BigInt($integer);
    return value;
  });
}
