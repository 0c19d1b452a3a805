import { type FileHandle, open } from 'node:fs/promises';
import type { ExternalPlace } from './schema.js';

/** ONNX asks for tensors at page boundaries, so that a runtime can map the file instead of reading it. */
const PAGE = 4096;

/** The file of weights beside a model file, written front to back. */
export class WeightFile {
  readonly #file: FileHandle;
  readonly #location: string;
  #size = 0;

  private constructor(file: FileHandle, location: string) {
    this.#file = file;
    this.#location = location;
  }

  /** `location` is the file's name as the model file, in the same folder, refers to it. */
  static async create(path: string, location: string): Promise<WeightFile> {
    return new WeightFile(await open(path, 'wx'), location);
  }

  /** Writes one tensor from its parts, in order, and says where it is. */
  async append(parts: AsyncIterable<ArrayBufferView> | Iterable<ArrayBufferView>): Promise<ExternalPlace> {
    const padding = (PAGE - (this.#size % PAGE)) % PAGE;
    if (padding) await this.#write(new Uint8Array(padding));
    const offset = this.#size;
    for await (const part of parts)
      await this.#write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    return { location: this.#location, offset, length: this.#size - offset };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, done);
      done += bytesWritten;
    }
    this.#size += bytes.length;
  }
}
