import { ModelError } from '../error.js';
import { Cursor } from './cursor.js';
import { Metadata } from './metadata.js';
import { ByteSource } from './source.js';
import { readTensorInfo, Tensor, type TensorInfo } from './tensor.js';

const MAGIC = 0x46554747; // "GGUF", little-endian
const VERSIONS = [2, 3];
const DEFAULT_ALIGNMENT = 32;
/** The least a metadata pair (key length, type, one byte) and a tensor row can take, to bound the counts. */
const MIN_PAIR = 13;
const MIN_TENSOR = 32;

/** An open GGUF file: typed metadata and tensors that are read when asked for. Close it after use. */
export class Gguf {
  readonly version: number;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly #source: ByteSource;

  private constructor(source: ByteSource, version: number, metadata: Metadata, tensors: Map<string, Tensor>) {
    this.#source = source;
    this.version = version;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Opens a file and reads everything but the weights.
   * @throws ModelError `gguf-missing`, `gguf-bad-magic`, `gguf-unsupported-version`, `gguf-truncated`, `gguf-malformed` or
   *   `gguf-unsupported-type`
   */
  static async open(path: string): Promise<Gguf> {
    const source = await ByteSource.open(path);
    try {
      return await Gguf.#read(source);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  static async #read(source: ByteSource): Promise<Gguf> {
    const cursor = new Cursor(source);
    const version = await readVersion(cursor);
    const tensorCount = await cursor.count('tensors', MIN_TENSOR);
    const pairCount = await cursor.count('metadata pairs', MIN_PAIR);
    const metadata = await Metadata.read(cursor, pairCount);
    const infos = new Map<string, TensorInfo>();
    for (let i = 0; i < tensorCount; i++) {
      const info = await readTensorInfo(cursor);
      if (infos.has(info.name)) throw new ModelError('gguf-malformed', `Tensor ${info.name} occurs twice.`);
      infos.set(info.name, info);
    }
    const alignment = metadata.number('general.alignment', DEFAULT_ALIGNMENT);
    if (!(alignment > 0 && Number.isInteger(Math.log2(alignment)))) {
      throw new ModelError(
        'gguf-malformed',
        `The alignment ${alignment} of the model file is not a power of two.`,
      );
    }
    const dataStart = Math.ceil(cursor.position / alignment) * alignment;
    const tensors = new Map<string, Tensor>();
    for (const info of infos.values()) {
      checkPlace(info, alignment, dataStart, source.size);
      tensors.set(info.name, new Tensor(source, info, dataStart));
    }
    return new Gguf(source, version, metadata, tensors);
  }

  /** @throws ModelError `gguf-malformed` when the file has no such tensor. */
  tensor(name: string): Tensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new ModelError('gguf-malformed', `The model file has no tensor ${name}.`);
    return tensor;
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}

async function readVersion(cursor: Cursor): Promise<number> {
  await cursor.ensure(4);
  if (cursor.u32() !== MAGIC) {
    throw new ModelError('gguf-bad-magic', 'This is not a GGUF file: it does not start with "GGUF".');
  }
  await cursor.ensure(4);
  const version = cursor.u32();
  if (!VERSIONS.includes(version)) {
    throw new ModelError(
      'gguf-unsupported-version',
      `This is GGUF version ${version}; versions ${VERSIONS.join(' and ')} are read.`,
    );
  }
  return version;
}

function checkPlace(info: TensorInfo, alignment: number, dataStart: number, size: number): void {
  if (info.offset % alignment !== 0) {
    throw new ModelError(
      'gguf-malformed',
      `Tensor ${info.name} does not start at a multiple of ${alignment} bytes.`,
    );
  }
  if (dataStart + info.offset + info.bytes > size) {
    throw new ModelError(
      'gguf-truncated',
      `The model file ends inside tensor ${info.name}: download it again.`,
    );
  }
}
