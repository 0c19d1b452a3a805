import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ModelError } from '../../error.js';
import { systemCode } from '../disk.js';
import { isPinned, requirePinned } from './pinned.js';

/** A file on the Hugging Face hub. */
export interface HubFile {
  readonly repository: string;
  readonly file: string;
  readonly revision: string;
}

export interface HubOptions {
  /** SHA-256 of the file, as its page on the hub shows it. */
  readonly sha256: string;
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Where the hub is. */
  readonly base?: string;
}

const HUB = 'https://huggingface.co';
/** Broken connections in a row, none of which brought a byte, after which the download is given up. */
const ATTEMPTS = 3;

/** Reads `hf:owner/repository/path/file.gguf@revision`; the revision may be left out. @throws ModelError `fetch-bad-reference` */
export function parseHubReference(reference: string): HubFile {
  const name = '[\\w-][\\w.-]*';
  const match = new RegExp(`^hf:(${name}/${name})/((?:${name}/)*${name}\\.gguf)(?:@([\\w./-]+))?$`).exec(
    reference,
  );
  const [, repository, file, revision = 'main'] = match ?? [];
  if (
    !repository ||
    !file ||
    revision.split('/').some((part) => part === '' || part === '..' || part === '.')
  ) {
    throw new ModelError(
      'fetch-bad-reference',
      'A file on the hub is written hf:owner/repository/file.gguf@revision.',
    );
  }
  return { repository, file, revision };
}

/**
 * Downloads a file from the hub into `folder`. What an earlier, broken attempt left is continued, not repeated.
 * @returns the file's path
 * @throws ModelError `fetch-failed`, `fetch-wrong-hash` or `import-aborted`
 */
export async function hubDownload(from: HubFile, folder: string, options: HubOptions): Promise<string> {
  // The hash is in the name, so that another revision's rest is never taken for the beginning of this one.
  const path = join(folder, `${options.sha256.slice(0, 16)}-${basename(from.file)}`);
  if (await isPinned(path, options.sha256)) return path;
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  const url = `${options.base ?? HUB}/${from.repository}/resolve/${encodeURIComponent(from.revision)}/${from.file}`;
  const resumed = (await sizeOf(partial)) > 0;
  await downloadAll(url, partial, options);
  if (resumed && !(await isPinned(partial, options.sha256))) {
    // The rest of an earlier attempt was not the beginning of this file: once more, from nothing.
    await rm(partial, { force: true });
    await downloadAll(url, partial, options);
  }
  try {
    await requirePinned(partial, options.sha256, url);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, path);
  return path;
}

/** As many requests as it takes, as long as each third one at least brings something. */
async function downloadAll(url: string, partial: string, options: HubOptions): Promise<void> {
  for (let failures = 0; ; ) {
    const before = await sizeOf(partial);
    try {
      return await continueDownload(url, partial, before, options);
    } catch (error) {
      if (options.signal?.aborted)
        throw new ModelError('import-aborted', 'The download was stopped; it can be continued.');
      if (error instanceof ModelError || isDiskError(error)) throw error;
      failures = (await sizeOf(partial)) > before ? 0 : failures + 1;
      if (failures >= ATTEMPTS) {
        throw new ModelError(
          'fetch-failed',
          `The connection to ${url} keeps breaking. Run this again to continue.`,
          {
            cause: error,
          },
        );
      }
    }
  }
}

/** One request (RFC 9110 section 14): the bytes from `done` on if the server can give ranges, otherwise all. */
async function continueDownload(
  url: string,
  partial: string,
  done: number,
  options: HubOptions,
): Promise<void> {
  const response = await fetch(url, {
    headers: { 'accept-encoding': 'identity', ...(done ? { range: `bytes=${done}-` } : {}) },
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (done && response.status === 416) {
    // Nothing after `done`: the file is whole, or it is another one. The hash decides.
    await response.body?.cancel();
    return;
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    const advice = response.status >= 500 ? 'try again later' : 'check the name and the revision';
    throw new ModelError('fetch-failed', `${url} answered ${response.status}: ${advice}.`);
  }
  const continues = response.status === 206;
  if (continues && startOf(response) !== done) {
    await response.body.cancel();
    throw new ModelError('fetch-failed', `${url} answered with another range than was asked for.`);
  }
  let have = continues ? done : 0;
  const total = have + Number(response.headers.get('content-length') ?? 0);
  const count = new Transform({
    transform(piece: Buffer, _, next) {
      have += piece.length;
      options.onBytes?.(have, total);
      next(null, piece);
    },
  });
  await pipeline(response.body, count, createWriteStream(partial, { flags: continues ? 'a' : 'w' }));
}

function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

function isDiskError(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'EISDIR'].includes(systemCode(error) ?? '');
}
