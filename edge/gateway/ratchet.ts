/**
 * The gateways' shared secret. It moves forward with every epoch, each from the one before and never back: whoever
 * takes it today cannot open what was sealed yesterday. All gateways that begin with the same file have the same keys
 * without talking to each other.
 */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { EdgeError } from '../error.js';

export interface EpochSecret {
  readonly epoch: number;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** An epoch's secret, so many epochs later. */
export function forward({ epoch, secret }: EpochSecret, to: number): EpochSecret {
  let moved = secret;
  for (let i = epoch; i < to; i++) moved = derive(moved, 'sotto-gateway-next');
  return { epoch: to, secret: moved };
}

/** 32 bytes for one purpose. */
export function derive(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
}

/** A first secret. */
export function freshSecret(epoch: number): EpochSecret {
  return { epoch, secret: new Uint8Array(createHash('sha256').update(randomBytes(64)).digest()) };
}

/** @throws EdgeError `state-unusable`; nothing is returned when there is no such file */
export async function readSecret(file: string): Promise<EpochSecret | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EdgeError('state-unusable', `The gateway's secret ${file} cannot be read.`, { cause });
  }
  const [, epoch, hex] = /^sotto-gateway-secret (\d{1,10}) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (epoch === undefined || hex === undefined) {
    throw new EdgeError('state-unusable', `${file} is not a gateway's secret: restore it, or delete it.`);
  }
  return { epoch: Number(epoch), secret: new Uint8Array(Buffer.from(hex, 'hex')) };
}

/** Replaces the file, readable to its owner only, in one step. */
export async function writeSecret(file: string, secret: EpochSecret): Promise<void> {
  await rename(await writeBeside(file, secret), file);
}

/** Makes the file, unless another process was faster. @returns what is in it now */
export async function createSecret(file: string, secret: EpochSecret): Promise<EpochSecret> {
  const fresh = await writeBeside(file, secret);
  try {
    await link(fresh, file);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readSecret(file)) ?? secret;
  } finally {
    await rm(fresh);
  }
}

async function writeBeside(file: string, { epoch, secret }: EpochSecret): Promise<string> {
  const fresh = `${file}.${process.pid}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(`sotto-gateway-secret ${epoch} ${Buffer.from(secret).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return fresh;
}
