/** Typed reading of a configuration. Whatever is not exactly as it must be is an error with the path to it. */
import { ConfigError } from './error.js';

/** One JSON object, all of whose fields are known. */
export class ConfigObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /**
   * @param known the names of the fields that it may have
   * @throws ConfigError `config-value` when it is no object, `config-unknown-field`
   */
  constructor(value: unknown, path: string, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(`${path} is no object`);
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
    const unknown = Object.keys(this.#fields).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw new ConfigError('config-unknown-field', `${path}.${unknown} is no field of the configuration`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  /** @throws ConfigError `config-missing-field` */
  value(name: string): unknown {
    if (this.has(name)) return this.#fields[name];
    throw new ConfigError('config-missing-field', `${this.#path}.${name} is missing`);
  }

  object(name: string, known: readonly string[]): ConfigObject {
    return new ConfigObject(this.value(name), `${this.#path}.${name}`, known);
  }

  /** Objects; there may be none. */
  objects(name: string, known: readonly string[]): ConfigObject[] {
    return this.#array(name, 0).map(
      (item, i) => new ConfigObject(item, `${this.#path}.${name}[${i}]`, known),
    );
  }

  /** An integer of `least` to `most`. */
  integer(name: string, least: number, most: number): number {
    const value = this.value(name);
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : wrong(`${this.#path}.${name} is no integer of ${least} to ${most}`);
  }

  /** Text that is not empty and, if a pattern is given, matches it; `what` says in an error what it should have been. */
  text(name: string, pattern = /^.+$/s, what = 'text'): string {
    const value = this.value(name);
    return typeof value === 'string' && pattern.test(value)
      ? value
      : wrong(`${this.#path}.${name} is not ${what}`);
  }

  /** `http://host:port` or `https://host:port`, and nothing more. */
  origin(name: string): string {
    return originOf(this.value(name), `${this.#path}.${name}`);
  }

  /** At least one, all different. */
  origins(name: string): string[] {
    const path = `${this.#path}.${name}`;
    const origins = this.#array(name, 1).map((item) => originOf(item, path));
    return new Set(origins).size === origins.length ? origins : wrong(`${path} has the same address twice`);
  }

  /** Some of these words, at least one. */
  words<Word extends string>(name: string, words: readonly Word[]): Word[] {
    return this.#array(name, 1).map(
      (item) =>
        words.find((word) => word === item) ??
        wrong(`${this.#path}.${name} holds something else than ${words.join(', ')}`),
    );
  }

  #array(name: string, least: number): readonly unknown[] {
    const value = this.value(name);
    return Array.isArray(value) && value.length >= least
      ? value
      : wrong(`${this.#path}.${name} is no list of ${least} or more`);
  }
}

function originOf(value: unknown, path: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
    ? url.origin
    : wrong(`${path} is no address like https://host:port`);
}

/** @throws ConfigError `config-value`, always */
export function wrong(message: string): never {
  throw new ConfigError('config-value', message);
}
