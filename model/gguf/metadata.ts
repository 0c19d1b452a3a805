import { ModelError } from '../error.js';
import type { Cursor } from './cursor.js';

export type Scalar = number | bigint | boolean | string;
export type MetadataValue = Scalar | readonly Scalar[];

interface ScalarReader {
  readonly bytes: number;
  readonly read: (c: Cursor) => Scalar;
}

const STRING = 8;
const ARRAY = 9;

/** Value types by their number in the GGUF specification, `gguf_metadata_value_type`. */
const scalars: ReadonlyMap<number, ScalarReader> = new Map([
  [0, { bytes: 1, read: (c) => c.u8() }],
  [1, { bytes: 1, read: (c) => c.i8() }],
  [2, { bytes: 2, read: (c) => c.u16() }],
  [3, { bytes: 2, read: (c) => c.i16() }],
  [4, { bytes: 4, read: (c) => c.u32() }],
  [5, { bytes: 4, read: (c) => c.i32() }],
  [6, { bytes: 4, read: (c) => c.f32() }],
  [7, { bytes: 1, read: (c) => readBoolean(c) }],
  [10, { bytes: 8, read: (c) => c.u64() }],
  [11, { bytes: 8, read: (c) => c.i64() }],
  [12, { bytes: 8, read: (c) => c.f64() }],
]);

function readBoolean(c: Cursor): boolean {
  const byte = c.u8();
  if (byte > 1) throw new ModelError('gguf-malformed', `A boolean in the model file is ${byte}, not 0 or 1.`);
  return byte === 1;
}

/** One key's value. @throws ModelError `gguf-unsupported-type` for a type outside the specification. */
async function readValue(cursor: Cursor, key: string): Promise<MetadataValue> {
  await cursor.ensure(4);
  const type = cursor.u32();
  return type === ARRAY ? readArray(cursor, key) : readScalar(cursor, type, key);
}

async function readScalar(cursor: Cursor, type: number, key: string): Promise<Scalar> {
  if (type === STRING) return cursor.string(`value of ${key}`);
  const reader = scalars.get(type);
  if (!reader) throw unsupported(type, key);
  await cursor.ensure(reader.bytes);
  return reader.read(cursor);
}

async function readArray(cursor: Cursor, key: string): Promise<readonly Scalar[]> {
  await cursor.ensure(4);
  const type = cursor.u32();
  const reader = scalars.get(type);
  if (!reader && type !== STRING) throw unsupported(type, `${key}[]`);
  const count = await cursor.count(`elements of ${key}`, reader?.bytes ?? 8);
  const values: Scalar[] = [];
  for (let i = 0; i < count; i++) {
    if (!reader) values.push(await cursor.string(`element of ${key}`));
    else {
      if (!cursor.has(reader.bytes)) await cursor.ensure(reader.bytes);
      values.push(reader.read(cursor));
    }
  }
  return values;
}

function unsupported(type: number, key: string): ModelError {
  return new ModelError(
    'gguf-unsupported-type',
    `Metadata ${key} has value type ${type}, which GGUF does not define.`,
  );
}

/** The file's key-value section with getters that say which key is missing or of another kind. */
export class Metadata {
  readonly #values: ReadonlyMap<string, MetadataValue>;

  constructor(values: ReadonlyMap<string, MetadataValue>) {
    this.#values = values;
  }

  /** Reads `count` pairs. @throws ModelError `gguf-malformed` when a key occurs twice. */
  static async read(cursor: Cursor, count: number): Promise<Metadata> {
    const values = new Map<string, MetadataValue>();
    for (let i = 0; i < count; i++) {
      const key = await cursor.string('metadata key');
      if (values.has(key)) throw new ModelError('gguf-malformed', `Metadata ${key} occurs twice.`);
      values.set(key, await readValue(cursor, key));
    }
    return new Metadata(values);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): MetadataValue | undefined {
    return this.#values.get(key);
  }

  string(key: string, fallback?: string): string {
    return this.#typed(key, 'a string', fallback, (v) => (typeof v === 'string' ? v : undefined));
  }

  number(key: string, fallback?: number): number {
    return this.#typed(key, 'a number', fallback, (v) => {
      if (typeof v === 'bigint' && v <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(v);
      return typeof v === 'number' ? v : undefined;
    });
  }

  boolean(key: string, fallback?: boolean): boolean {
    return this.#typed(key, 'a boolean', fallback, (v) => (typeof v === 'boolean' ? v : undefined));
  }

  strings(key: string): readonly string[] {
    return this.#typed(key, 'a list of strings', undefined, (v) =>
      Array.isArray(v) && v.every((x) => typeof x === 'string') ? (v as readonly string[]) : undefined,
    );
  }

  numbers(key: string): readonly number[] {
    return this.#typed(key, 'a list of numbers', undefined, (v) =>
      Array.isArray(v) && v.every((x) => typeof x === 'number') ? (v as readonly number[]) : undefined,
    );
  }

  #typed<T>(key: string, kind: string, fallback: T | undefined, as: (v: MetadataValue) => T | undefined): T {
    const value = this.#values.get(key);
    if (value === undefined) {
      if (fallback !== undefined) return fallback;
      throw new ModelError('gguf-malformed', `The model file has no metadata ${key}.`);
    }
    const typed = as(value);
    if (typed === undefined) throw new ModelError('gguf-malformed', `Metadata ${key} is not ${kind}.`);
    return typed;
  }
}
