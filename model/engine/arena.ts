/** Something that keeps secrets in its own way and can say how many bytes of them it has overwritten. */
export interface Wipeable {
  wipe(): number;
}

/**
 * Owns every buffer of one request, so that a single call in a `finally` overwrites them all. Plaintext, token ids,
 * keys and values, logits: whatever can tell something about a message belongs to an arena.
 *
 * The arrays lie outside V8's moving heap (it keeps small ones inside unless they are given a buffer), so that the
 * garbage collector never leaves a copy behind and native code may hold their address.
 */
export class SecretArena {
  readonly #views: ArrayBufferView[] = [];
  readonly #owned: Wipeable[] = [];

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return this.adopt(new Uint8Array(new ArrayBuffer(length)));
  }

  int32(length: number): Int32Array<ArrayBuffer> {
    return this.adopt(new Int32Array(new ArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT)));
  }

  float32(length: number): Float32Array<ArrayBuffer> {
    return this.adopt(new Float32Array(new ArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT)));
  }

  bigint64(length: number): BigInt64Array<ArrayBuffer> {
    return this.adopt(new BigInt64Array(new ArrayBuffer(length * BigInt64Array.BYTES_PER_ELEMENT)));
  }

  /** Makes the arena responsible for wiping the bytes that `view` covers. Returns `view`. */
  adopt<View extends ArrayBufferView>(view: View): View {
    this.#views.push(view);
    return view;
  }

  /** Makes the arena responsible for wiping `part`. Returns `part`. */
  own<Part extends Wipeable>(part: Part): Part {
    this.#owned.push(part);
    return part;
  }

  /**
   * Overwrites everything with zeros and lets go of it; the arena can be used again.
   * @returns how many bytes were overwritten
   */
  wipe(): number {
    let bytes = 0;
    for (const view of this.#views) {
      if (view.byteLength === 0) continue; // empty, or its buffer has been transferred away
      bytes += view.byteLength;
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(0);
    }
    for (const part of this.#owned) bytes += part.wipe();
    this.#views.length = 0;
    this.#owned.length = 0;
    return bytes;
  }
}
