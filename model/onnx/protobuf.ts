const utf8 = new TextEncoder();

/**
 * A protobuf message under construction, in the wire format (https://protobuf.dev/programming-guides/encoding/). Fields
 * are written in the order of the calls, so equal calls give equal bytes.
 */
export class Message {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** A varint field: int32, int64, enum. Negative numbers take ten bytes, as the format asks. */
  int(field: number, value: number | bigint): this {
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.#varint((BigInt(field) << 3n) | 5n);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** A length-delimited field: bytes, a string in UTF-8, or an embedded message. */
  add(field: number, value: Uint8Array | string | Message): this {
    const bytes =
      typeof value === 'string' ? utf8.encode(value) : value instanceof Message ? value.finish() : value;
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(bytes.length));
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(n: number): void {
    if (this.#length + n <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + n));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
