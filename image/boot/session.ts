/** The files of an image, and whether the server in it is ready. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputFolder, type Variant } from '../command.js';
import { ImageError } from '../error.js';
import type { Accelerator, Guest } from './qemu.js';

/** Emulated on a busy machine a boot takes minutes. */
export const BOOT_MS = 15 * 60_000;
/** Emulated, the engine reads its prompts for a quarter of an hour to one and a half: every multiplication is a call. */
export const EMULATED_READY_MS = 180 * 60_000;

/** How long a server may take from power to an answer of /readyz, in milliseconds. */
export const readyMs = (how: Accelerator | 'container'): number =>
  how === 'tcg' ? EMULATED_READY_MS : BOOT_MS;

export interface ImageFiles {
  readonly disk: string;
  readonly uki: string;
  readonly firmware: string;
}

/** @throws ImageError `image-missing` */
export function imageFiles(variant: Variant, folder = outputFolder(variant)): ImageFiles {
  const files = {
    disk: join(folder, 'sotto.raw'),
    uki: join(folder, 'sotto.efi'),
    firmware: join(folder, 'OVMF.fd'),
  };
  const missing = Object.values(files).find((file) => !existsSync(file));
  if (missing === undefined) return files;
  const build = variant === 'test' ? 'npm run image -- --test' : 'npm run image';
  throw new ImageError('image-missing', `There is no ${missing}: build it with "${build}".`);
}

export interface Readiness {
  readonly status: number;
  readonly body: { readonly status: string; readonly reason?: string; readonly detail?: string };
}

/** What to wait for where a server cannot get ready: that it says why. */
export const explained = ({ body }: Readiness): boolean => body.detail !== undefined;

/**
 * Asks /readyz until it answers as wished.
 *
 * @throws ImageError `boot-failed`, with the last that the guest said, when it is off first or too much time has passed
 */
export async function readiness(
  guest: Pick<Guest, 'running' | 'said'>,
  url: string,
  wished: (answer: Readiness) => boolean = ({ status }) => status === 200,
  ms = BOOT_MS,
): Promise<Readiness> {
  const deadline = performance.now() + ms;
  while (guest.running && performance.now() < deadline) {
    const answer = await ask(url);
    if (answer && wished(answer)) return answer;
    await sleep(500);
  }
  const last = guest.said.trimEnd().split('\n').slice(-12).join('\n');
  throw new ImageError(
    'boot-failed',
    `The image did not get ready (${guest.running ? 'too slow' : 'it is off'}). It said last:\n${last}`,
  );
}

/** @returns undefined while nothing answers */
async function ask(url: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, body: (await response.json()) as Readiness['body'] };
  } catch {
    return undefined;
  }
}
