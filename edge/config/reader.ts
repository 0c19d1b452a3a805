/** Typed reading of a configuration. Whatever is not exactly as it must be is an error with the path to it. */
import { type JsonFault, JsonObject } from '../../wire/index.js';
import { ConfigError } from './error.js';

/**
 * One JSON object, all of whose fields are known.
 * @throws ConfigError `config-value`, `config-unknown-field`, `config-missing-field`
 */
export class ConfigObject extends JsonObject {
  protected document(): string {
    return 'the configuration';
  }

  protected refusal(fault: JsonFault, message: string): ConfigError {
    return new ConfigError(`config-${fault}`, message);
  }

  protected inner(value: unknown, path: string, known: readonly string[]): this {
    return new ConfigObject(value, path, known) as this;
  }

  /** Objects; there may be none. */
  objects(name: string, known: readonly string[]): this[] {
    return this.objectsOf(name, known, 0);
  }

  /** An integer of `least` to `most`. */
  integer(name: string, least: number, most: number): number {
    return this.whole(name, least, most);
  }

  /** Text that is not empty and, if a pattern is given, matches it; `what` says in an error what it should have been. */
  text(name: string, pattern = /^.+$/s, what = 'text'): string {
    const value = this.value(name);
    return typeof value === 'string' && pattern.test(value) ? value : this.wrong(name, `is not ${what}`);
  }

  /** `http://host:port` or `https://host:port`, and nothing more. */
  origin(name: string): string {
    return this.#origin(this.value(name), name);
  }

  /** At least one, all different. */
  origins(name: string): string[] {
    const origins = this.array(name, 1).map((item) => this.#origin(item, name));
    if (new Set(origins).size === origins.length) return origins;
    return this.wrong(name, 'has the same address twice');
  }

  /** Some of these words, at least one. */
  words<Word extends string>(name: string, words: readonly Word[]): Word[] {
    return this.array(name, 1).map(
      (item) =>
        words.find((word) => word === item) ??
        this.wrong(name, `holds something else than ${words.join(', ')}`),
    );
  }

  #origin(value: unknown, name: string): string {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
    return this.wrong(name, 'is no address like https://host:port');
  }
}

/** @throws ConfigError `config-value`, always */
export function wrong(message: string): never {
  throw new ConfigError('config-value', message);
}
