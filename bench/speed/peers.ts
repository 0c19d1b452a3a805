/** The peers, each installed by the bench alone into a folder that git ignores. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendOptions, ModelPack } from '../../model/index.js';
import type { Contestant } from './contestant.js';
import { processPlayer } from './process.js';

const FOLDER = resolve('.sotto/bench');
const NODE_LLAMA_CPP = '3.22.1';
const NUMPY = '2.2.6';

/** Positions that every contestant has room for. */
export const CAPACITY = 1024;

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `${command} ${args.slice(0, 3).join(' ')} … failed: ${error?.message ?? stderr.trim().slice(-500)}`,
  );
}

/** Our own engine, in a process of its own like everybody else. */
export function ourEngine(
  name: string,
  pack: ModelPack,
  options: BackendOptions & { readonly backend: 'ffi' | 'package' },
): Contestant {
  const script = fileURLToPath(new URL('../peers/sotto.js', import.meta.url));
  const configuration = { packDir: pack.dir, ...options };
  return { name, start: () => processPlayer(name, [process.execPath, script], configuration) };
}

/** ONNX Runtime's Python package, of the version that the engine uses, on the pack's own graph. */
export function pythonBinding(name: string, pack: ModelPack, threads: number): Contestant {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const venv = join(FOLDER, `venv-${version}`);
  const python = join(venv, 'bin', 'python');
  if (!existsSync(join(venv, 'ready'))) {
    run('python3', ['-m', 'venv', '--clear', venv]);
    run(python, ['-m', 'pip', 'install', '--quiet', `onnxruntime==${version}`, `numpy==${NUMPY}`]);
    mkdirSync(join(venv, 'ready'));
  }
  const { layers, kvHeads, headSize, vocabulary } = pack.manifest.model;
  const shape = { layers, kvHeads, headSize, vocabulary };
  const configuration = { graph: pack.graphPath, threads, capacity: CAPACITY, ...shape };
  return { name, start: () => processPlayer(name, [python, 'bench/peers/ort_iobinding.py'], configuration) };
}

/** llama.cpp on the GGUF file that the packs were made from. */
export function llamaCpp(name: string, model: string, threads: number): Contestant {
  const folder = join(FOLDER, `llama-${NODE_LLAMA_CPP}`);
  if (!existsSync(join(folder, 'node_modules', 'node-llama-cpp'))) {
    mkdirSync(folder, { recursive: true });
    run('npm', [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `node-llama-cpp@${NODE_LLAMA_CPP}`,
    ]);
  }
  const configuration = { folder, model: resolve(model), threads, capacity: CAPACITY };
  return {
    name,
    start: () => processPlayer(name, [process.execPath, 'bench/peers/llama.mjs'], configuration),
  };
}
