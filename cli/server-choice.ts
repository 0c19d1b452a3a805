/** Which server a command talks to, and what it has to prove. */
import {
  type AttestationPolicy,
  connect,
  isLogged,
  type LedgerPolicy,
  type LoggedPolicy,
  type MachineTrust,
  parseLedgerPolicy,
  parsePolicy,
  readLedgerPolicy,
  type Session,
  type TrustRoots,
  trustBy,
} from '../client/index.js';
import { RatlsAgent } from '../client/node/index.js';
import { oneOf } from './command.js';
import { CliError } from './error.js';
import { readBytes } from './input.js';
import { PROFILE_FILE, type Profile, readProfile } from './profile.js';
import { note } from './terminal.js';

/** What is accepted of a server. */
export const trustOptions = {
  measurement: { type: 'string', multiple: true },
  policy: { type: 'string' },
  ledger: { type: 'string' },
  trust: { type: 'string' },
  profile: { type: 'string', default: PROFILE_FILE },
} as const;

export const serverOptions = {
  url: { type: 'string' },
  direct: { type: 'boolean', default: false },
  ...trustOptions,
} as const;

export const serverHelp = `  --url URL          the server; the one that "sotto serve" runs from this folder by default
  --measurement HEX  accept this launch measurement of SEV-SNP (96 hexadecimal digits); may be repeated
  --measurement logged
                     accept those of whatever release the log of --ledger shows to be in force; of TDX, a policy file
                     can say that
  --policy FILE      accept what this policy file says (JSON, docs/policy.schema.json), instead of --measurement
  --ledger FILE      also hold releases and keys to this log (JSON, docs/ledger-policy.schema.json)
  --direct           over RA-TLS: verify the machine in the TLS handshake, too (URL is then https://host:port)
  --trust sotto-simulated
                     also accept simulated evidence, which proves nothing (development only); no policy file can
  --profile FILE     where "sotto serve" left its address (default ${PROFILE_FILE})`;

export interface TrustValues {
  readonly measurement?: readonly string[] | undefined;
  readonly policy?: string | undefined;
  readonly ledger?: string | undefined;
  readonly trust?: string | undefined;
  readonly profile: string;
}

export interface ServerValues extends TrustValues {
  readonly url?: string | undefined;
  readonly direct: boolean;
}

export type Trust = MachineTrust & {
  /** The options that name the same again. */
  readonly options: readonly string[];
};

/** What options or a profile name, without the log. */
interface Named {
  readonly policy: AttestationPolicy | LoggedPolicy;
  readonly roots: TrustRoots;
  readonly options: readonly string[];
}

/**
 * What the options accept; what the profile does where they name nothing.
 * @throws CliError `usage`, `no-server`, `profile-malformed`, `input-missing`, `input-too-large`
 * @throws AttestationError `policy-file-…`, `policy-invalid`
 */
export async function chooseTrust(values: TrustValues): Promise<Trust> {
  const named = await namedTrust(values);
  if (named && (!isLogged(named.policy) || values.ledger !== undefined))
    return heldTo(named, await chooseLedger(values, undefined));
  const profile = await readProfile(values.profile);
  return heldTo(named ?? profileTrust(profile), await chooseLedger(values, profile));
}

/** @throws as `chooseTrust` */
export async function chooseServer(values: ServerValues): Promise<Trust & { readonly url: string }> {
  const named = await namedTrust(values);
  if (values.url === undefined) {
    const profile = await readProfile(values.profile);
    const url = values.direct ? profile.directUrl : profile.url;
    if (url === undefined) {
      throw new CliError('no-server', 'The server takes no direct connections: start it with --direct.');
    }
    return { url, ...heldTo(named ?? profileTrust(profile), await chooseLedger(values, profile)) };
  }
  if (named) return { url: values.url, ...heldTo(named, await chooseLedger(values, undefined)) };
  throw new CliError(
    'usage',
    '--url needs --measurement or --policy: without one there is nothing to hold the server to.',
  );
}

function heldTo({ policy, ...named }: Named, ledger: LedgerPolicy | undefined): Trust {
  if (isLogged(policy) && !ledger) {
    throw new CliError('usage', 'Measurements that are logged need the log that has them: --ledger FILE.');
  }
  return { ...named, ...trustBy(policy, ledger) };
}

/** The log's policy in a file, or the profile's. */
async function chooseLedger(
  { ledger }: TrustValues,
  profile: Profile | undefined,
): Promise<LedgerPolicy | undefined> {
  if (ledger !== undefined) return parseLedgerPolicy(await readBytes(ledger));
  return profile?.ledger && readLedgerPolicy(profile.ledger.policy);
}

async function namedTrust({
  measurement = [],
  policy: file,
  ledger,
  trust,
}: TrustValues): Promise<Named | undefined> {
  if (file !== undefined && measurement.length > 0) {
    throw new CliError(
      'usage',
      '--policy and --measurement exclude each other: the file names measurements.',
    );
  }
  if (file === undefined && measurement.length === 0) {
    if (trust === undefined) return undefined;
    throw new CliError('usage', '--trust goes with --measurement or --policy.');
  }
  const [policy, options] =
    file === undefined
      ? [measurementPolicy(measurement), measurementOptions(measurement)]
      : [parsePolicy(await readBytes(file)), ['--policy', file]];
  const log = isLogged(policy) && ledger !== undefined ? ['--ledger', ledger] : [];
  return trustIn(policy, [...options, ...log], trust);
}

/** What the profile of a server accepts. */
export function profileTrust({
  measurement,
  simulatedRoot,
}: Profile): Named & { readonly policy: AttestationPolicy } {
  const policy: AttestationPolicy = { measurements: [measurementOf(measurement)] };
  return trustIn(policy, measurementOptions([measurement]), simulatedRoot);
}

function trustIn<Policy extends Named['policy']>(
  policy: Policy,
  options: readonly string[],
  root: string | undefined,
): Named & { readonly policy: Policy } {
  if (root === undefined) return { policy, roots: {}, options };
  const simulated = oneOf(root, '--trust', ['sotto-simulated']);
  return { policy, roots: { simulated }, options: [...options, '--trust', simulated] };
}

const measurementOptions = (measurements: readonly string[]): string[] =>
  measurements.flatMap((hex) => ['--measurement', hex]);

function measurementPolicy(measurements: readonly string[]): Named['policy'] {
  if (!measurements.includes('logged')) return { measurements: measurements.map(measurementOf) };
  if (measurements.length === 1) return { measurements: 'logged' };
  throw new CliError('usage', '--measurement logged stands alone: with others it would not be held to them.');
}

function measurementOf(hex: string): Uint8Array {
  if (/^[0-9a-fA-F]{96}$/.test(hex)) return new Uint8Array(Buffer.from(hex, 'hex'));
  throw new CliError('usage', 'A launch measurement has 96 hexadecimal digits.');
}

/** A verified session with the chosen server. @throws ClientError, CliError, AttestationError */
export async function openSession(values: ServerValues, signal: AbortSignal): Promise<Session> {
  const choice = await chooseServer(values);
  return connect({ ...choice, ...transport(choice, values), signal });
}

/** How the chosen server is reached. @throws CliError `usage` */
export function transport(
  choice: Trust & { readonly url: string },
  { direct }: Pick<ServerValues, 'direct'>,
): { readonly fetch?: RatlsAgent['fetch'] } {
  if (!direct) return {};
  if (!choice.url.startsWith('https:')) {
    throw new CliError('usage', '--direct needs the address of an RA-TLS port: https://host:port.');
  }
  const { policy } = choice;
  if (isLogged(policy)) {
    throw new CliError(
      'usage',
      '--direct needs measurements that are named: in its handshake a machine shows no proof of the log.',
    );
  }
  return { fetch: new RatlsAgent({ ...choice, policy }).fetch };
}

/** Says it, loudly, when evidence is simulated. */
export function warnIfSimulated({ verdict }: Pick<Session, 'verdict'>): void {
  if (!verdict.simulated) return;
  note(
    'WARNING: the evidence is SIMULATED. It proves nothing: whoever runs this server can read what you send.',
  );
}
