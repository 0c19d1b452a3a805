/** Typed reading of Intel's signed JSON. Fields that we do not know are Intel's to add; a field that we need must be right. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { AttestationError } from '../../error.js';

/** One JSON object, with the path to it for messages. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      malformed(`${path} is no object`);
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  object(name: string): JsonObject {
    return new JsonObject(this.#own(name), `${this.#path}.${name}`);
  }

  objects(name: string): JsonObject[] {
    return this.#array(name).map((item, i) => new JsonObject(item, `${this.#path}.${name}[${i}]`));
  }

  string(name: string): string {
    const value = this.#own(name);
    return typeof value === 'string' ? value : malformed(`${this.#path}.${name} is no string`);
  }

  /** An array of strings; empty when the field is absent. */
  strings(name: string): string[] {
    if (!this.has(name)) return [];
    return this.#array(name).map((item) => {
      return typeof item === 'string'
        ? item
        : malformed(`${this.#path}.${name} holds something else than strings`);
    });
  }

  /** An integer of 0 to `max`. */
  integer(name: string, max: number): number {
    const value = this.#own(name);
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
    return fits ? value : malformed(`${this.#path}.${name} is no integer of 0 to ${max}`);
  }

  /** Hexadecimal digits, either case, for so many bytes. */
  hex(name: string, bytes: number): Uint8Array {
    const digits = this.string(name);
    if (digits.length !== 2 * bytes || !/^[0-9A-Fa-f]*$/.test(digits)) {
      malformed(`${this.#path}.${name} is not ${bytes} bytes in hexadecimal`);
    }
    return hexToBytes(digits);
  }

  /** ISO 8601 to the second, in UTC. */
  date(name: string): Date {
    const text = this.string(name);
    const date = new Date(text);
    const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(date.getTime());
    return canonical && date.toISOString() === text.replace('Z', '.000Z')
      ? date
      : malformed(`${this.#path}.${name} is no time`);
  }

  #array(name: string): readonly unknown[] {
    const value = this.#own(name);
    return Array.isArray(value) ? value : malformed(`${this.#path}.${name} is no array`);
  }

  #own(name: string): unknown {
    return this.has(name) ? this.#fields[name] : malformed(`${this.#path}.${name} is missing`);
  }
}

/** @throws AttestationError `tdx-collateral-malformed`, always */
export function malformed(message: string, cause?: unknown): never {
  throw new AttestationError('tdx-collateral-malformed', `TDX collateral: ${message}`, { cause });
}
