/**
 * The kernel's configfs-tsm (Documentation/ABI/testing/configfs-tsm-report, Linux 6.7 and later): a report is a
 * directory that one makes, writes 64 bytes into, reads the answer from, and removes.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { AttestationError } from '../error.js';
import { requireInblob, type Tsm, type TsmReport } from './tsm.js';

const DEFAULT_ROOT = '/sys/kernel/config/tsm/report';
/** Pauses between attempts while the TSM is busy, in milliseconds: firmware makes only tens of reports a second. */
const PAUSES_MS = [10, 20, 40, 80, 160, 320];
/** EWOULDBLOCK is EAGAIN on Linux. */
const BUSY = new Set(['EBUSY', 'EAGAIN']);
/** mkdir's answers when there is no configfs-tsm, no provider behind it, or no permission to use it. */
const UNAVAILABLE = new Set(['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV', 'EACCES', 'EPERM', 'EROFS']);

/** The few file operations that the protocol is made of. */
export interface TsmFiles {
  mkdir(path: string): Promise<unknown>;
  rmdir(path: string): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
}

export interface ConfigfsTsmOptions {
  /** Where configfs-tsm is mounted. */
  readonly root?: string;
  readonly files?: TsmFiles;
  /** Waits between attempts; rejects when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/** Reports from the kernel. Reports may be asked for concurrently: each has an entry of its own. */
export function configfsTsm(options: ConfigfsTsmOptions = {}): Tsm {
  const {
    root = DEFAULT_ROOT,
    files = { mkdir, rmdir, readFile, writeFile },
    pause = (ms, signal) => setTimeout(ms, undefined, signal ? { signal } : {}),
  } = options;
  return {
    provider: 'configfs',
    async report(inblob, signal) {
      requireInblob(inblob);
      for (const ms of [...PAUSES_MS, undefined]) {
        signal?.throwIfAborted();
        try {
          return await attempt(files, root, inblob);
        } catch (error) {
          if (!BUSY.has(errno(error))) throw typed(error);
          if (ms === undefined) {
            const message = `the TSM was busy ${PAUSES_MS.length + 1} times in a row; try again later`;
            throw new AttestationError('tsm-busy', message, { cause: error });
          }
          await pause(ms, signal);
        }
      }
      throw new AttestationError('tsm-busy', 'the TSM is busy');
    },
  };
}

/** One entry from mkdir to rmdir. An entry that cannot be removed is an error too: it would stay for ever. */
async function attempt(files: TsmFiles, root: string, inblob: Uint8Array): Promise<TsmReport> {
  const entry = `${root}/sotto-${process.pid}-${randomUUID()}`;
  await makeEntry(files, root, entry);
  let report: TsmReport;
  try {
    report = await readReport(files, entry, inblob);
  } catch (error) {
    await files.rmdir(entry).catch((cleanup: unknown) => {
      throw new AggregateError([error, cleanup], 'the report failed, and so did removing its entry');
    });
    throw error;
  }
  try {
    await files.rmdir(entry);
  } catch (error) {
    throw new AttestationError('tsm-failed', `the TSM entry ${entry} could not be removed`, { cause: error });
  }
  return report;
}

async function makeEntry(files: TsmFiles, root: string, entry: string): Promise<void> {
  try {
    await files.mkdir(entry);
  } catch (error) {
    if (!UNAVAILABLE.has(errno(error))) throw error;
    const message =
      `no TSM under ${root} (${errno(error)}): run in a confidential VM with Linux 6.7 or later, with configfs ` +
      'mounted and the sev-guest or tdx-guest module loaded, and with permission to make entries there';
    throw new AttestationError('tsm-unavailable', message, { cause: error });
  }
}

/**
 * The generation counts the writes to an entry. Ours must be the only one, from before the write until the last
 * blob was read; otherwise the blobs may answer somebody else's.
 */
async function readReport(files: TsmFiles, entry: string, inblob: Uint8Array): Promise<TsmReport> {
  const before = await readGeneration(files, entry);
  await files.writeFile(`${entry}/inblob`, inblob);
  const outblob = await files.readFile(`${entry}/outblob`);
  const auxblob = await readOptional(files, `${entry}/auxblob`);
  const provider = await readText(files, `${entry}/provider`);
  const generation = await readGeneration(files, entry);
  if (generation !== before + 1) {
    throw new AttestationError(
      'tsm-interfered',
      `the entry was written ${generation - before} times, not once: somebody else uses it`,
    );
  }
  if (outblob.length === 0) throw new AttestationError('tsm-failed', 'the TSM answered an empty report');
  return {
    provider,
    outblob: new Uint8Array(outblob),
    ...(auxblob?.length ? { auxblob: new Uint8Array(auxblob) } : {}),
    generation,
  };
}

async function readGeneration(files: TsmFiles, entry: string): Promise<number> {
  const text = await readText(files, `${entry}/generation`);
  if (!/^\d{1,10}$/.test(text))
    throw new AttestationError('tsm-failed', 'the TSM entry has no readable generation');
  return Number(text);
}

async function readText(files: TsmFiles, path: string): Promise<string> {
  return new TextDecoder().decode(await files.readFile(path)).trim();
}

/** Older kernels and other providers have no auxblob. */
async function readOptional(files: TsmFiles, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.readFile(path);
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function typed(error: unknown): unknown {
  if (error instanceof AttestationError || !(error instanceof Error)) return error;
  const message = `the TSM failed (${errno(error) || error.message})`;
  return new AttestationError('tsm-failed', message, { cause: error });
}

function errno(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
