/** Typed reading of a policy file. Whatever is not exactly as it must be is an error with the path to it. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { type JsonFault, JsonObject } from '../../wire/index.js';
import { AttestationError } from '../error.js';

/**
 * One JSON object, all of whose fields are known.
 * @throws AttestationError `policy-file-value`, `policy-file-unknown-field`, `policy-file-missing-field`
 */
export class PolicyObject extends JsonObject {
  protected document(): string {
    return 'a policy';
  }

  protected refusal(fault: JsonFault, message: string): AttestationError {
    return new AttestationError(`policy-file-${fault}`, message);
  }

  protected inner(value: unknown, path: string, known: readonly string[]): this {
    return new PolicyObject(value, path, known) as this;
  }

  /** Objects; at least one. */
  objects(name: string, known: readonly string[]): this[] {
    return this.objectsOf(name, known, 1);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : this.wrong(name, 'is neither true nor false');
  }

  /** An integer of `min` to `max`. */
  integer(name: string, max: number, min = 0): number {
    return this.whole(name, min, max);
  }

  /** One of these words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.value(name);
    return words.find((word) => word === value) ?? this.wrong(name, `is none of ${words.join(', ')}`);
  }

  /** The word `logged`, or what a list is read as. */
  loggedOr<Values>(name: string, list: () => Values): Values | 'logged' {
    return this.value(name) === 'logged' ? 'logged' : list();
  }

  /** Texts, none of them empty; there may be none. */
  strings(name: string): string[] {
    return this.array(name, 0).map((item) =>
      typeof item === 'string' && item !== '' ? item : this.wrong(name, 'holds something else than text'),
    );
  }

  /** Values of so many bytes in lower-case hexadecimal; at least one. */
  hexes(name: string, bytes: number): Uint8Array[] {
    return this.array(name, 1).map((item) => this.#bytes(item, name, bytes));
  }

  hex(name: string, bytes: number): Uint8Array {
    return this.#bytes(this.value(name), name, bytes);
  }

  #bytes(value: unknown, name: string, bytes: number): Uint8Array {
    return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value)
      ? hexToBytes(value)
      : this.wrong(name, `is not ${bytes} bytes in lower-case hexadecimal`);
  }
}

/** @throws AttestationError `policy-file-value`, always */
export function wrong(message: string): never {
  throw new AttestationError('policy-file-value', message);
}
