/**
 * Private token keys on disk: a file an epoch, PKCS #8 in DER, readable by its owner only. Several processes may share the
 * folder; whoever links a file first has made that epoch's key.
 */
import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IssuerError } from './error.js';
import { type SigningKey, signingKeyOf } from './sign.js';

const NAME = /^token-key-(\d{1,12})\.p8$/;
const generate = promisify(generateKeyPair);

export class KeyFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws IssuerError `state-unusable` */
  static async open(folder: string): Promise<KeyFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(unusable(folder));
    return new KeyFiles(folder);
  }

  /** The epochs that have a key. */
  async epochs(): Promise<readonly number[]> {
    const names = await readdir(this.#folder).catch(unusable(this.#folder));
    return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  }

  /** @throws IssuerError `state-unusable` */
  async read(epoch: number): Promise<SigningKey> {
    const file = this.#file(epoch);
    const der = await readFile(file).catch(unusable(file));
    try {
      return signingKeyOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    } catch (cause) {
      return unusable(file)(cause);
    } finally {
      der.fill(0);
    }
  }

  /** Makes an epoch's key, unless another process has, and reads it. @param fits whether a new key may be used */
  async make(epoch: number, fits: (key: SigningKey) => boolean): Promise<SigningKey> {
    let privateKey: KeyObject;
    do {
      ({ privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65537 }));
    } while (!fits(signingKeyOf(privateKey)));
    await this.#write(epoch, privateKey).catch(unusable(this.#folder));
    return this.read(epoch);
  }

  async remove(epoch: number): Promise<void> {
    await rm(this.#file(epoch), { force: true }).catch(unusable(this.#folder));
  }

  async #write(epoch: number, privateKey: KeyObject): Promise<void> {
    const draft = join(this.#folder, `.draft-${randomUUID()}`);
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(der);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, this.#file(epoch));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      der.fill(0);
      await rm(draft, { force: true });
    }
  }

  #file(epoch: number): string {
    return join(this.#folder, `token-key-${epoch}.p8`);
  }
}

function unusable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new IssuerError('state-unusable', `${path} cannot be used for the issuer's keys.`, { cause });
  };
}
