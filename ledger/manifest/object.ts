/** Typed reading of manifests. */
import { fromBase64, type JsonFault, JsonObject } from '../../wire/index.js';
import { LedgerError } from '../error.js';

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * One JSON object, all of whose fields are known.
 * @throws LedgerError `manifest-value`, `manifest-unknown-field`, `manifest-missing-field`
 */
export class ManifestObject extends JsonObject {
  protected document(): string {
    return 'a manifest';
  }

  protected refusal(fault: JsonFault, message: string): LedgerError {
    return new LedgerError(`manifest-${fault}`, message);
  }

  protected inner(value: unknown, path: string, known: readonly string[]): this {
    return new ManifestObject(value, path, known) as this;
  }

  objects(name: string, known: readonly string[], least = 0): this[] {
    return this.objectsOf(name, known, least);
  }

  list(name: string, least: number): readonly unknown[] {
    return this.array(name, least);
  }

  integer(name: string, least: number, most: number): number {
    return this.whole(name, least, most);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : this.wrong(name, 'is neither true nor false');
  }

  /** Text of 1 to 200 printable ASCII characters. */
  text(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value)
      ? value
      : this.wrong(name, 'is not text of 1 to 200 printable ASCII characters');
  }

  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.value(name);
    return words.find((word) => word === value) ?? this.wrong(name, `is none of ${words.join(', ')}`);
  }

  /** So many bytes in lower-case hexadecimal. */
  hex(name: string, ...bytes: readonly number[]): string {
    const value = this.value(name);
    return isHex(value) && bytes.includes(value.length / 2)
      ? value
      : this.wrong(name, `is not ${bytes.join(' or ')} bytes in lower-case hexadecimal`);
  }

  hexes(name: string, bytes: number): string[] {
    return this.array(name, 1).map((value) =>
      isHex(value) && value.length === 2 * bytes
        ? value
        : this.wrong(name, `holds something else than ${bytes} bytes in lower-case hexadecimal`),
    );
  }

  bytes(name: string): Uint8Array {
    const value = this.value(name);
    const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
    return bytes ?? this.wrong(name, 'is not base64');
  }

  /** A time in UTC, to the second: `2026-01-31T12:00:00Z`. @returns seconds since 1970 */
  time(name: string): number {
    const value = this.value(name);
    const ms = typeof value === 'string' && DATE.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? this.wrong(name, 'is no time like 2026-01-31T12:00:00Z') : ms / 1000;
  }

  refuse(name: string, what: string): never {
    return this.wrong(name, what);
  }
}

const isHex = (value: unknown): value is string =>
  typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value);

/** A time as manifests write it. @param seconds since 1970 */
export const timeText = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
