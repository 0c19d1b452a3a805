/** The log of `sotto up`: with keys of its own, two witnesses, and the release of the simulated machines in it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type EdgeLog, type RunningLedger, startLedger, startWitness } from '../../edge/index.js';
import {
  ledgerPolicyDocument,
  manifestId,
  parseVerifierKey,
  timeText,
  verifierKey,
} from '../../ledger/index.js';
import { createSigner, readSigner, signEntry } from '../../ledger/node/index.js';
import { CliError } from '../error.js';
import type { Profile } from '../profile.js';
import { appendEntry } from '../release/append.js';
import type { Kept } from './kept.js';

const LOCAL = { host: '127.0.0.1', port: 0 } as const;
const NAME = 'ledger.localhost/sotto';
const RATE = { burst: 10_000, perSecond: 1000 };
const MAINTAINERS = ['ada', 'grace'] as const;
const DAY_S = 86_400;
const READY_MS = 60_000;

export interface LocalLedger {
  readonly log: RunningLedger;
  /** For clients. */
  readonly profile: NonNullable<Profile['ledger']>;
  /** The maintainers' private keys. */
  readonly keys: readonly string[];
  /** For gateway and issuer. */
  readonly gateway: { readonly url: string; readonly key: string };
  readonly issuer: { readonly url: string; readonly key: string };
}

/** @throws EdgeError, LedgerError */
export async function startLocalLedger(folder: string, tell: EdgeLog, kept: Kept): Promise<LocalLedger> {
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true });
  const publicKeys = new Map<string, string>();
  for (const name of [...MAINTAINERS, 'gateway', 'issuer', 'log']) {
    publicKeys.set(name, bytesToHex((await createSigner(at(`${name}.key`))).publicKey));
  }
  const role = (threshold: number, ...names: readonly string[]) => ({
    threshold,
    keys: names.map((name) => publicKeys.get(name)!),
  });
  const roles = {
    maintainers: role(2, ...MAINTAINERS),
    gateways: role(1, 'gateway'),
    issuers: role(1, 'issuer'),
  };
  const keySet = { type: 'keys', critical: true, roles };
  const keys = MAINTAINERS.map((name) => at(`${name}.key`));
  await writeFile(at('genesis.json'), signEntry(keySet, await Promise.all(keys.map(readSigner))));
  const logKey = verifierKey(NAME, 'note', (await readSigner(at('log.key'))).publicKey);
  const witnesses = [];
  for (const name of ['one', 'two']) {
    const config = {
      listen: LOCAL,
      name: `witness-${name}.localhost`,
      folder: at(`witness-${name}`),
      key: at(`witness-${name}.key`),
      logs: [logKey],
      rate: RATE,
    };
    const witness = kept(await startWitness({ config, log: tell }));
    witnesses.push({ url: witness.url, key: parseVerifierKey(witness.key) });
  }
  const config = {
    listen: LOCAL,
    name: NAME,
    folder: at('log'),
    key: at('log.key'),
    genesis: at('genesis.json'),
    witnesses,
    quorum: 2,
    cosignSeconds: 30,
    batchMs: 10,
    rate: RATE,
  };
  const log = kept(await startLedger({ config, log: tell }));
  const policy = ledgerPolicyDocument({
    log: logKey,
    keys: manifestId(keySet),
    witnesses: witnesses.map(({ key }) => key),
    quorum: 2,
    freshnessSeconds: 600,
  });
  const access = (name: string) => ({ url: log.url, key: at(`${name}.key`) });
  return {
    log,
    profile: { url: log.url, policy },
    keys,
    gateway: access('gateway'),
    issuer: access('issuer'),
  };
}

/**
 * Publishes what the simulated machines measure like any other release, and waits until they can prove it.
 * @throws CliError `log-refused`, `up-failed`
 */
export async function publishSimulation(ledger: LocalLedger, machines: readonly Profile[]): Promise<void> {
  const [{ url, measurement }] = machines as readonly [Profile];
  const told = (await (await fetch(`${url}/v1/release`)).json()) as {
    readonly version: string;
    readonly model: { readonly digest: string };
  };
  const now = Math.floor(Date.now() / 1000);
  const manifest = {
    type: 'release',
    critical: true,
    hardware: 'simulated',
    version: told.version,
    model: told.model.digest,
    snp: [{ cpu: 'simulated', vcpus: 1, launchDigest: measurement }],
    minimumTcb: {},
    notBefore: timeText(now - 60),
    notAfter: timeText(now + 30 * DAY_S),
  };
  const signers = await Promise.all(ledger.keys.map(readSigner));
  await appendEntry(ledger.log.url, signEntry(manifest, signers));
  await Promise.all(machines.map((machine) => proved(machine.url)));
}

async function proved(machine: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if ((await fetch(`${machine}/readyz`)).ok) return;
    await sleep(100);
  }
  throw new CliError('up-failed', 'A machine has no proof of its release.');
}
