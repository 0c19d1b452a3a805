import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { ModelError } from '../error.js';
import { Gguf } from '../gguf/index.js';
import { type Bits, readFacts, writeOnnx } from '../onnx/index.js';
import { generationConfiguration, modelConfiguration } from './configuration.js';
import { sha256OfFile } from './digest.js';
import {
  createManifest,
  encodeManifest,
  type FileDigest,
  graphFile,
  MANIFEST_FILE,
  type PackManifest,
} from './manifest.js';
import { type Progress, progressSteps } from './progress.js';
import { inStagedFolder } from './staging.js';
import { tokenizerFiles } from './tokenizer-files.js';

export interface ImportOptions {
  /** Path of a GGUF file. */
  readonly source: string;
  /** Folder of the pack; it appears complete or not at all. */
  readonly out: string;
  /** 8 (closest), 4 (smallest) or 32 (the exact reference). */
  readonly bits: Bits;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Turns a GGUF file into a model pack. Equal sources give byte-identical packs.
 * @throws ModelError with a `gguf-…` or `import-…` code
 */
export async function importModel(options: ImportOptions): Promise<PackManifest> {
  const { source, out, bits, signal } = options;
  if (resolve(source).startsWith(resolve(out) + sep)) {
    throw new ModelError(
      'import-write-failed',
      `${source} lies in ${out}, which the new pack would replace: choose another folder.`,
    );
  }
  const gguf = await Gguf.open(source);
  try {
    const facts = readFacts(gguf);
    const weights = [...gguf.tensors.values()].reduce((sum, t) => sum + t.rows * t.columns, 0);
    const report = progressSteps(options.progress, signal);
    return await inStagedFolder(out, { bytes: weights * (bits / 8) }, async (folder) => {
      const write = async (path: string, content: string | Uint8Array) => {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content, { flag: 'wx' });
      };
      const { tokenizer, tokenizerConfiguration } = tokenizerFiles(gguf.metadata);
      const documents: Record<string, object> = {
        'config.json': modelConfiguration(gguf.metadata, facts, bits),
        'generation_config.json': generationConfiguration(gguf.metadata),
        'tokenizer.json': tokenizer,
        'tokenizer_config.json': tokenizerConfiguration,
      };
      for (const [path, document] of Object.entries(documents)) {
        await write(path, `${JSON.stringify(document, null, path === 'tokenizer.json' ? 0 : 2)}\n`);
      }

      const graph = graphFile(bits);
      await mkdir(join(folder, dirname(graph)), { recursive: true });
      const converting = report('convert', weights);
      await writeOnnx(gguf, join(folder, graph), bits, converting);

      const paths = [...Object.keys(documents), graph, `${graph}_data`];
      const hashing = report('verify', paths.length + 1);
      const files: FileDigest[] = [];
      for (const path of paths) {
        files.push({ path, ...(await describe(join(folder, path))) });
        hashing(1);
      }
      const manifest = createManifest({
        name: gguf.metadata.string('general.name', 'unnamed'),
        license: gguf.metadata.string('general.license', 'unknown'),
        bits,
        model: facts,
        graph,
        source: await describe(source),
        files,
      });
      hashing(1);
      await write(MANIFEST_FILE, encodeManifest(manifest));
      return manifest;
    });
  } finally {
    await gguf.close();
  }
}

async function describe(path: string): Promise<{ size: number; sha256: string }> {
  return { size: (await stat(path)).size, sha256: await sha256OfFile(path) };
}
