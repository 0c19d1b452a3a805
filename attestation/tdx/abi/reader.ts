/** Reads fixed and counted fields one after another; never past the end. Integers are little-endian, as Intel's are. */
import { AttestationError, type AttestationErrorCode } from '../../error.js';

export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #code: AttestationErrorCode;
  #offset = 0;

  /** @param code what running out of bytes is called */
  constructor(bytes: Uint8Array, code: AttestationErrorCode) {
    this.#bytes = bytes;
    this.#code = code;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) {
      throw new AttestationError(
        this.#code,
        `${length} bytes were announced at offset ${this.#offset}, ${this.remaining} are there`,
      );
    }
    const view = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return view;
  }

  u8(): number {
    return this.bytes(1)[0]!;
  }

  u16(): number {
    return this.#view(2).getUint16(0, true);
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  u64(): bigint {
    return this.#view(8).getBigUint64(0, true);
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  #view(length: number): DataView {
    const { buffer, byteOffset } = this.bytes(length);
    return new DataView(buffer, byteOffset, length);
  }
}
