import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../error.js';
import type { StoredToken, TokenStorage } from '../wallet/index.js';

/** A token's file: until when it is good, its key, and a name of its own that says nothing of when it came. */
const TOKEN = /^(\d{1,12})-([0-9a-f]+)-[0-9a-f]{32}\.token$/;
/** What a process left that ended in the middle of something: nobody's any more. */
const LEFT = /^\.(?:new|taken)-[0-9a-f]{32}$/;
/** After so long it is certain that nobody is still at it, in milliseconds. */
const LEFT_MS = 60_000;

interface Entry {
  readonly name: string;
  readonly expires: number;
  readonly keyId: string;
}

/**
 * Tokens that outlive a process, in a folder that nobody else can read: a file for each. Taking one renames its file,
 * which among any number of processes succeeds once, and the disk has forgotten it before anybody gets it: after a crash
 * a token may be lost, and is never used twice. Nothing tells what a token that is gone was spent on, or when.
 *
 * All methods throw ClientError `token-unavailable` with `storage-unusable` when the folder cannot be used.
 */
export class TokenFolder implements TokenStorage {
  readonly #folder: string;

  /** `folder` is made when it is not there. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  add(tokens: readonly StoredToken[]): Promise<void> {
    return usable(async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      for (const { token, keyId, expires } of tokens) {
        const fresh = this.#path(`.new-${word()}`);
        await writeSynced(fresh, token);
        await rename(fresh, this.#path(`${Math.floor(expires)}-${keyId}-${word()}.token`));
      }
      await this.#sync();
    });
  }

  take(now: number): Promise<StoredToken | undefined> {
    return usable(async () => {
      await this.#remove(({ expires }) => expires <= now);
      for (;;) {
        const entries = await this.#entries();
        const soonest = Math.min(...entries.map(({ expires }) => expires));
        const first = entries.filter(({ expires }) => expires === soonest);
        if (first.length === 0) return undefined;
        // At random, so that the order of spending says nothing about the order of issuance.
        const entry = first[randomInt(first.length)]!;
        const taken = this.#path(`.taken-${word()}`);
        if (!(await renamed(this.#path(entry.name), taken))) continue; // Another process was faster.
        const token = new Uint8Array(await readFile(taken));
        await rm(taken);
        await this.#sync();
        return { token, keyId: entry.keyId, expires: entry.expires };
      }
    });
  }

  count(now: number): Promise<number> {
    return usable(async () => (await this.#entries()).filter(({ expires }) => expires > now).length);
  }

  keep(keyIds: readonly string[]): Promise<void> {
    return usable(() => this.#remove(({ keyId }) => !keyIds.includes(keyId)));
  }

  async #entries(): Promise<readonly Entry[]> {
    return (await this.#names()).flatMap((name) => {
      const [, expires, keyId] = TOKEN.exec(name) ?? [];
      return keyId === undefined ? [] : [{ name, expires: Number(expires), keyId }];
    });
  }

  async #names(): Promise<readonly string[]> {
    return readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }

  async #remove(unwanted: (entry: Entry) => boolean): Promise<void> {
    for (const entry of await this.#entries())
      if (unwanted(entry)) await rm(this.#path(entry.name), { force: true });
    for (const name of (await this.#names()).filter((left) => LEFT.test(left))) await this.#tidy(name);
  }

  async #tidy(name: string): Promise<void> {
    const handle = await open(this.#path(name)).catch(() => undefined);
    if (!handle) return; // Its process has finished with it.
    const { ctimeMs } = await handle.stat();
    await handle.close();
    if (Date.now() - ctimeMs > LEFT_MS) await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  /** Waits until the disk knows which files there are. Windows keeps folders in its own journal. */
  async #sync(): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await open(this.#folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const word = (): string => randomBytes(16).toString('hex');

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns whether the file was there */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function usable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ClientError(
      'token-unavailable',
      'The folder of tokens cannot be used: see that it can be written, or delete it; new tokens are fetched then.',
      { detail: 'storage-unusable', cause },
    );
  }
}
