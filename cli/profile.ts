/** How `sotto serve` tells the other commands of the same folder where it is, and what it simulates. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from './error.js';

export const PROFILE_FILE = '.sotto/local.json';

/** The way to machines through relay and gateway, with tokens of an issuer. */
export interface PathProfile {
  readonly relay: string;
  readonly keySources: readonly [string, string];
  readonly issuer: { readonly url: string; readonly name: string };
  /** The gateway's name in challenges. */
  readonly gateway: string;
  /** Of this machine's user: its key, and the folder where tokens wait to be spent. */
  readonly account: { readonly name: string; readonly keyFile: string; readonly tokenFolder: string };
}

/** What a client has to know of a server. */
export interface Profile {
  readonly url: string;
  /** Where it takes direct RA-TLS connections, if it does. */
  readonly directUrl?: string;
  /** The accepted launch measurement, in hexadecimal. */
  readonly measurement: string;
  /** Trusts the published simulated root, by its name. */
  readonly simulatedRoot?: 'sotto-simulated';
  /** Where the log is, and what is accepted of it: a policy as docs/ledger-policy.schema.json describes. */
  readonly ledger?: { readonly url: string; readonly policy: object };
  /** Left by `sotto up`: commands then take this way. */
  readonly path?: PathProfile;
}

export async function writeProfile(file: string, profile: Profile): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(profile, null, 2)}\n`);
}

/** Takes back a profile, unless another server has written its own since. */
export async function removeProfile(file: string, { url }: Profile): Promise<void> {
  const found = await readProfile(file).catch(() => undefined);
  if (found?.url === url) await rm(file, { force: true });
}

/** @throws CliError `no-server` when there is none, `profile-malformed` */
export async function readProfile(file: string): Promise<Profile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      'no-server',
      'No server runs from this folder. Start one with "sotto serve", or name one with --url, and with --measurement or --policy.',
      { cause },
    );
  }
  const { url, directUrl, measurement, simulatedRoot, ledger, path } = fieldsOf(text, file);
  if (typeof url !== 'string' || typeof measurement !== 'string') throw malformed(file);
  if (directUrl !== undefined && typeof directUrl !== 'string') throw malformed(file);
  if (simulatedRoot !== undefined && simulatedRoot !== 'sotto-simulated') throw malformed(file);
  if (ledger !== undefined && !isLedger(ledger)) throw malformed(file);
  if (path !== undefined && !isPath(path)) throw malformed(file);
  return {
    url,
    measurement,
    ...(ledger === undefined ? {} : { ledger }),
    ...(path === undefined ? {} : { path }),
    ...(directUrl === undefined ? {} : { directUrl }),
    ...(simulatedRoot === undefined ? {} : { simulatedRoot }),
  };
}

function isLedger(value: unknown): value is NonNullable<Profile['ledger']> {
  const { url, policy } = Object(value) as { readonly url?: unknown; readonly policy?: unknown };
  return typeof url === 'string' && typeof policy === 'object' && policy !== null;
}

function isPath(value: unknown): value is PathProfile {
  const { relay, keySources, issuer, gateway, account } = Object(value) as Partial<PathProfile>;
  const texts = [
    relay,
    gateway,
    issuer?.url,
    issuer?.name,
    account?.name,
    account?.keyFile,
    account?.tokenFolder,
  ];
  return (
    [...texts, ...(keySources ?? [])].every((text) => typeof text === 'string') && keySources?.length === 2
  );
}

function fieldsOf(text: string, file: string): { readonly [field in keyof Profile]?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    throw malformed(file, cause);
  }
}

function malformed(file: string, cause?: unknown): CliError {
  return new CliError('profile-malformed', `${file} is malformed: delete it and run "sotto serve" again.`, {
    cause,
  });
}
