import { type FileHandle, open } from 'node:fs/promises';
import { ModelError } from '../error.js';

/** Random access to a file of known size; every read is checked against the end before it is made. */
export class ByteSource {
  readonly size: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** @throws ModelError `gguf-missing` when the file cannot be opened. */
  static async open(path: string): Promise<ByteSource> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (cause) {
      throw new ModelError('gguf-missing', `The model file ${path} cannot be opened.`, { cause });
    }
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new ModelError('gguf-missing', `${path} is not a file.`);
      return new ByteSource(file, status.size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Exactly `length` bytes from `offset`. @throws ModelError `gguf-truncated` when the file ends before. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new ModelError(
        'gguf-truncated',
        `The model file ends at byte ${this.size}, but bytes up to ${offset + length} are needed: download it again.`,
      );
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) {
        throw new ModelError('gguf-truncated', 'The model file became shorter while it was read.');
      }
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
