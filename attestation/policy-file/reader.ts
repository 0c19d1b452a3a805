/** Typed reading of a policy file. Whatever is not exactly as it must be is an error with the path to it. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { AttestationError } from '../error.js';

/** One JSON object, all of whose fields are known. */
export class PolicyObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /**
   * @param known the names of the fields that it may have
   * @throws AttestationError `policy-file-value` when it is no object, `policy-file-unknown-field`
   */
  constructor(value: unknown, path: string, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(`${path} is no object`);
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
    const unknown = Object.keys(this.#fields).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw new AttestationError('policy-file-unknown-field', `${path}.${unknown} is no field of a policy`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  /** @throws AttestationError `policy-file-missing-field` */
  value(name: string): unknown {
    if (this.has(name)) return this.#fields[name];
    throw new AttestationError('policy-file-missing-field', `${this.#path}.${name} is missing`);
  }

  object(name: string, known: readonly string[]): PolicyObject {
    return new PolicyObject(this.value(name), `${this.#path}.${name}`, known);
  }

  /** Objects; at least one. */
  objects(name: string, known: readonly string[]): PolicyObject[] {
    return this.#array(name, 1).map(
      (item, i) => new PolicyObject(item, `${this.#path}.${name}[${i}]`, known),
    );
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : wrong(`${this.#path}.${name} is neither true nor false`);
  }

  /** An integer of `min` to `max`. */
  integer(name: string, max: number, min = 0): number {
    const value = this.value(name);
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : wrong(`${this.#path}.${name} is no integer of ${min} to ${max}`);
  }

  /** One of these words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.value(name);
    return (
      words.find((word) => word === value) ?? wrong(`${this.#path}.${name} is none of ${words.join(', ')}`)
    );
  }

  /** Texts, none of them empty; there may be none. */
  strings(name: string): string[] {
    return this.#array(name, 0).map((item) =>
      typeof item === 'string' && item !== ''
        ? item
        : wrong(`${this.#path}.${name} holds something else than text`),
    );
  }

  /** Values of so many bytes in lower-case hexadecimal; at least one. */
  hexes(name: string, bytes: number): Uint8Array[] {
    return this.#array(name, 1).map((item) => this.#bytes(item, name, bytes));
  }

  hex(name: string, bytes: number): Uint8Array {
    return this.#bytes(this.value(name), name, bytes);
  }

  #bytes(value: unknown, name: string, bytes: number): Uint8Array {
    return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value)
      ? hexToBytes(value)
      : wrong(`${this.#path}.${name} is not ${bytes} bytes in lower-case hexadecimal`);
  }

  #array(name: string, least: number): readonly unknown[] {
    const value = this.value(name);
    return Array.isArray(value) && value.length >= least
      ? value
      : wrong(`${this.#path}.${name} is no list of ${least} or more`);
  }
}

/** @throws AttestationError `policy-file-value`, always */
export function wrong(message: string): never {
  throw new AttestationError('policy-file-value', message);
}
