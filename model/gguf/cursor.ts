import { ModelError } from '../error.js';
import type { ByteSource } from './source.js';

const WINDOW = 1 << 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads little-endian values one after the other through a window on the file, so that a header of any size needs
 * one megabyte. Call `ensure(n)` before reading `n` bytes: it waits only when the window has run out.
 */
export class Cursor {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #view = new DataView(this.#window.buffer);
  #start = 0;
  #at = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Byte offset in the file of the next value. */
  get position(): number {
    return this.#start + this.#at;
  }

  get remaining(): number {
    return this.#source.size - this.position;
  }

  /** True when `n` more bytes are already in the window. */
  has(n: number): boolean {
    return this.#at + n <= this.#window.length;
  }

  /** @throws ModelError `gguf-truncated` when fewer than `n` bytes are left in the file. */
  async ensure(n: number): Promise<void> {
    if (this.has(n)) return;
    const start = this.position;
    this.#window = await this.#source.read(start, Math.max(n, Math.min(WINDOW, this.remaining)));
    this.#view = new DataView(this.#window.buffer);
    this.#start = start;
    this.#at = 0;
  }

  #take(n: number): number {
    const at = this.#at;
    this.#at += n;
    return at;
  }

  u8 = (): number => this.#view.getUint8(this.#take(1));
  i8 = (): number => this.#view.getInt8(this.#take(1));
  u16 = (): number => this.#view.getUint16(this.#take(2), true);
  i16 = (): number => this.#view.getInt16(this.#take(2), true);
  u32 = (): number => this.#view.getUint32(this.#take(4), true);
  i32 = (): number => this.#view.getInt32(this.#take(4), true);
  f32 = (): number => this.#view.getFloat32(this.#take(4), true);
  u64 = (): bigint => this.#view.getBigUint64(this.#take(8), true);
  i64 = (): bigint => this.#view.getBigInt64(this.#take(8), true);
  f64 = (): number => this.#view.getFloat64(this.#take(8), true);

  /** An unsigned 64-bit count or length that has to fit what is left of the file at `unit` bytes each. */
  async count(what: string, unit: number): Promise<number> {
    await this.ensure(8);
    const n = this.u64();
    if (n * BigInt(unit) > BigInt(this.remaining)) {
      throw new ModelError(
        'gguf-truncated',
        `The model file announces ${n} ${what}, more than the ${this.remaining} bytes left can hold: download it again.`,
      );
    }
    return Number(n);
  }

  async string(what: string): Promise<string> {
    const length = await this.count(`bytes of ${what}`, 1);
    await this.ensure(length);
    const at = this.#take(length);
    try {
      return utf8.decode(this.#window.subarray(at, at + length));
    } catch (cause) {
      throw new ModelError('gguf-malformed', `A ${what} in the model file is not valid UTF-8.`, { cause });
    }
  }
}
