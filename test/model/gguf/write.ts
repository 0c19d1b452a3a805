/** Writes small GGUF files for tests, well-formed or not. */
import { writeFile } from 'node:fs/promises';

export type Value =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly i32s: readonly number[] }
  | { readonly raw: Uint8Array };

export interface TestTensor {
  readonly name: string;
  /** Fastest dimension first, as in the file. */
  readonly dims: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
  readonly offset?: number;
}

export interface TestGguf {
  readonly magic?: string;
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, Value>> | readonly (readonly [string, Value])[];
  readonly tensors?: readonly TestTensor[];
}

const ALIGNMENT = 32;

export function ggufBytes({
  magic = 'GGUF',
  version = 3,
  metadata = {},
  tensors = [],
}: TestGguf): Uint8Array {
  const pairs = Array.isArray(metadata) ? metadata : Object.entries(metadata);
  const parts: Uint8Array[] = [text(magic), u32(version), u64(tensors.length), u64(pairs.length)];
  for (const [key, value] of pairs) parts.push(string(key), encode(value));
  let end = 0;
  const places = tensors.map((t) => {
    const offset = t.offset ?? Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + t.data.length;
    return offset;
  });
  for (const [i, t] of tensors.entries()) {
    parts.push(string(t.name), u32(t.dims.length), ...t.dims.map(u64), u32(t.type), u64(places[i]!));
  }
  const header = Buffer.concat(parts);
  const start = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(
    start + tensors.reduce((m, t, i) => Math.max(m, places[i]! + t.data.length), 0),
  );
  file.set(header);
  for (const [i, t] of tensors.entries()) file.set(t.data, start + places[i]!);
  return file;
}

export async function writeGguf(path: string, parts: TestGguf): Promise<string> {
  await writeFile(path, ggufBytes(parts));
  return path;
}

function encode(value: Value): Uint8Array {
  if ('u32' in value) return Buffer.concat([u32(4), u32(value.u32)]);
  if ('f32' in value) return Buffer.concat([u32(6), f32(value.f32)]);
  if ('bool' in value) return Buffer.concat([u32(7), Uint8Array.of(value.bool ? 1 : 0)]);
  if ('string' in value) return Buffer.concat([u32(8), string(value.string)]);
  if ('strings' in value) {
    return Buffer.concat([u32(9), u32(8), u64(value.strings.length), ...value.strings.map(string)]);
  }
  if ('i32s' in value) return Buffer.concat([u32(9), u32(5), u64(value.i32s.length), ...value.i32s.map(u32)]);
  return value.raw;
}

export function u32(n: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
}

export function u64(n: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(n));
  return bytes;
}

export function f32(n: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(n);
  return bytes;
}

function text(s: string): Uint8Array {
  return new TextEncoder().encode(s);
}

export function string(s: string): Uint8Array {
  const bytes = text(s);
  return Buffer.concat([u64(bytes.length), bytes]);
}
