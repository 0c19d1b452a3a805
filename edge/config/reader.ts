/** Reads a party's configuration: JSON, every key known, nothing guessed. */
import { readFile } from 'node:fs/promises';
import { EdgeError } from '../error.js';

function malformed(what: string, cause?: unknown): EdgeError {
  return new EdgeError('config-malformed', what, { cause });
}

/** One object of a configuration. Every getter names the key in what it throws: EdgeError `config-malformed`. */
export class ConfigReader {
  readonly #where: string;
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #known = new Set<string>();

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw malformed(`${where} has to be an object.`);
    }
    this.#where = where;
    this.#fields = new Map(Object.entries(value));
  }

  has(key: string): boolean {
    this.#known.add(key);
    return this.#fields.has(key);
  }

  text(key: string): string {
    const value = this.#get(key);
    if (typeof value !== 'string' || value === '') throw this.#wrong(key, 'text');
    return value;
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.#get(key);
    const found = words.find((word) => word === value);
    if (found === undefined) throw this.#wrong(key, `one of ${words.join(', ')}`);
    return found;
  }

  /** A whole number from `least` to `most`; `missing` when the key is not there. */
  integer(key: string, least: number, most: number, missing: number): number {
    if (!this.has(key)) return missing;
    const value = this.#get(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.#wrong(key, `a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** `http://host:port` or `https://host:port`, as an origin. */
  origin(key: string): string {
    return this.#origin(key, this.#get(key));
  }

  /** At least one, all different. */
  origins(key: string): readonly string[] {
    const value = this.#get(key);
    if (!Array.isArray(value) || value.length === 0) throw this.#wrong(key, 'a list of addresses');
    const origins = value.map((item) => this.#origin(key, item));
    if (new Set(origins).size < origins.length) throw this.#wrong(key, 'a list of different addresses');
    return origins;
  }

  section(key: string): ConfigReader {
    return new ConfigReader(this.#get(key), `"${key}" in ${this.#where}`);
  }

  /** Refuses every key that nothing has asked for. */
  end(): void {
    for (const key of this.#fields.keys()) {
      if (!this.#known.has(key)) throw malformed(`${this.#where} has an unknown key: "${key}".`);
    }
  }

  #get(key: string): unknown {
    if (!this.has(key)) throw malformed(`${this.#where} lacks "${key}".`);
    return this.#fields.get(key);
  }

  #origin(key: string, value: unknown): string {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
      throw this.#wrong(key, 'an address like https://host:port, and nothing more');
    }
    return url.origin;
  }

  #wrong(key: string, what: string): EdgeError {
    return malformed(`"${key}" in ${this.#where} has to be ${what}.`);
  }
}

/** @throws EdgeError `config-malformed` when the file cannot be read, is no JSON or `parse` refuses it */
export async function readConfig<Config>(
  file: string,
  parse: (reader: ConfigReader) => Config,
): Promise<Config> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw malformed(`The configuration ${file} cannot be read, or is no JSON.`, cause);
  }
  const reader = new ConfigReader(value, file);
  const config = parse(reader);
  reader.end();
  return config;
}
