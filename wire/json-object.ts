/** Typed reading of JSON documents. Whatever is not exactly as it must be is an error with the path to it. */

/** What can be wrong with a field. */
export type JsonFault = 'unknown-field' | 'missing-field' | 'value';

/** One JSON object, all of whose fields are known. What it throws is of the kind of document that it is of. */
export abstract class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  protected readonly path: string;

  /** @param known the names of the fields that it may have */
  constructor(value: unknown, path: string, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.refusal('value', `${path} is no object`);
    }
    this.#fields = value as Record<string, unknown>;
    this.path = path;
    const unknown = Object.keys(this.#fields).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw this.refusal('unknown-field', `${path}.${unknown} is no field of ${this.document()}`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  /** Whatever the field holds; it has to be there. */
  value(name: string): unknown {
    if (this.has(name)) return this.#fields[name];
    throw this.refusal('missing-field', `${this.path}.${name} is missing`);
  }

  object(name: string, known: readonly string[]): this {
    return this.inner(this.value(name), `${this.path}.${name}`, known);
  }

  /** The document in words: `a policy`. Asked for while the object is being made. */
  protected abstract document(): string;

  /** The error for a fault. Asked for while the object is being made. */
  protected abstract refusal(fault: JsonFault, message: string): Error;

  /** An object inside of this one. */
  protected abstract inner(value: unknown, path: string, known: readonly string[]): this;

  protected objectsOf(name: string, known: readonly string[], least: number): this[] {
    return this.array(name, least).map((item, i) => this.inner(item, `${this.path}.${name}[${i}]`, known));
  }

  protected whole(name: string, least: number, most: number): number {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.wrong(name, `is no integer of ${least} to ${most}`);
  }

  protected array(name: string, least: number): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.length >= least) return value;
    return this.wrong(name, `is no list of ${least} or more`);
  }

  /** Refuses what a field holds. */
  protected wrong(name: string, what: string): never {
    throw this.refusal('value', `${this.path}.${name} ${what}`);
  }
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * A name that some object has twice: `JSON.parse` silently keeps the last of the two, a reader of the text may see the
 * first.
 *
 * @param json text that `JSON.parse` accepted
 */
export function duplicateName(json: string): string | undefined {
  /** The names so far of each object that is open; arrays have none. */
  const open: Set<string>[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(text) as string;
      if (open.at(-1)!.has(name)) return name;
      open.at(-1)!.add(name);
    } else text = token;
  }
  return undefined;
}
