/** A small log with its parties, on the disk. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import { afterAll } from 'vitest';
import {
  formatAddCheckpoint,
  type LedgerPolicy,
  makeBundle,
  manifestId,
  parseEntry,
  parseSignatureLines,
  timeText,
  type VerifierKey,
} from '../../ledger/index.js';
import {
  Log,
  type LogOptions,
  type Signer,
  signEntry,
  signerOf,
  Witness,
  withSignatures,
} from '../../ledger/node/index.js';

export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const ORIGIN = 'log.example/sotto';

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sotto-ledger-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The same key for the same name. */
export const signer = (name: string): Signer => signerOf(createHash('sha256').update(name).digest());
export const hexKey = (name: string): string => bytesToHex(signer(name).publicKey);

export const keySet = (maintainers: readonly string[], threshold = 2): object => ({
  type: 'keys',
  critical: true,
  roles: {
    maintainers: { threshold, keys: maintainers.map(hexKey) },
    gateways: { threshold: 1, keys: [hexKey('gateway')] },
    issuers: { threshold: 1, keys: [hexKey('issuer')] },
  },
});

export const GENESIS = keySet(['ada', 'grace', 'mary']);
export const genesisEntry = (): Uint8Array => signed(GENESIS, 'ada', 'grace');

export const signed = (manifest: unknown, ...names: readonly string[]): Uint8Array =>
  signEntry(manifest, names.map(signer));

const hex = (text: string, bytes: number): string =>
  createHash('sha512')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);

export const measurementOf = (version: string): string => hex(`snp ${version}`, 48);

export const release = (version: string, more: object = {}): Record<string, unknown> => ({
  type: 'release',
  critical: true,
  hardware: 'confidential',
  version,
  commit: hex(`commit ${version}`, 20),
  model: hex('model', 32),
  image: hex(`image ${version}`, 32),
  uki: hex(`uki ${version}`, 32),
  verity: hex(`verity ${version}`, 32),
  firmware: { snp: hex(`snp firmware ${version}`, 32), tdx: hex(`tdx firmware ${version}`, 32) },
  snp: [{ cpu: 'EPYC-v4', vcpus: 4, launchDigest: measurementOf(version) }],
  tdx: {
    mrtd: hex(`mrtd ${version}`, 48),
    ...Object.fromEntries([0, 1, 2, 3].map((i) => [`rtmr${i}`, hex(`rtmr${i} ${version}`, 48)])),
  },
  minimumTcb: { Genoa: { bootLoader: 0, tee: 0, snp: 28, microcode: 0 } },
  notBefore: timeText(NOW / 1000 - 86_400),
  notAfter: timeText(NOW / 1000 + 86_400),
  ...more,
});

/** A release of the simulated machine; in force until long after today. */
export function simulatedRelease(
  version: string,
  launchDigest: string,
  more: object = {},
): Record<string, unknown> {
  const { commit, image, uki, verity, firmware, tdx, ...rest } = release(version, {
    hardware: 'simulated',
    snp: [{ cpu: 'any', vcpus: 1, launchDigest }],
    minimumTcb: {},
    notAfter: '2099-01-01T00:00:00Z',
    ...more,
  });
  return rest;
}

export const gatewayKey = (keyConfigs: Uint8Array, more: object = {}): Record<string, unknown> => ({
  type: 'gateway-key',
  critical: true,
  name: 'gateway.example',
  keyConfigs: Buffer.from(keyConfigs).toString('base64'),
  notBefore: timeText(NOW / 1000 - 3600),
  notAfter: timeText(NOW / 1000 + 3600),
  ...more,
});

export const issuerKey = (keyId: string, more: object = {}): Record<string, unknown> => ({
  type: 'issuer-key',
  critical: true,
  name: 'issuer.example',
  keyId,
  notBefore: timeText(NOW / 1000 - 3600),
  notAfter: timeText(NOW / 1000 + 3600),
  ...more,
});

export const openLog = (more: Partial<LogOptions> = {}): Promise<Log> =>
  Log.open({
    folder: folder(),
    name: ORIGIN,
    signer: signer('log'),
    genesis: genesisEntry(),
    batchMs: 1,
    queue: 100_000,
    ...more,
  });

export const openWitness = (name: string, logs: readonly VerifierKey[], at = folder()): Promise<Witness> =>
  Witness.open({ folder: at, name: `witness.example/${name}`, signer: signer(name), logs, now: () => NOW });

/** Log and two witnesses. */
export class World {
  readonly log: Log;
  readonly witnesses: readonly Witness[];
  #seen = 0;

  private constructor(log: Log, witnesses: readonly Witness[]) {
    this.log = log;
    this.witnesses = witnesses;
  }

  static async start(more: Partial<LogOptions> = {}): Promise<World> {
    const log = await openLog(more);
    const witnesses = await Promise.all(['one', 'two'].map((name) => openWitness(name, [log.key])));
    return new World(log, witnesses);
  }

  get policy(): LedgerPolicy {
    return {
      log: this.log.key,
      keys: manifestId(GENESIS),
      witnesses: this.witnesses.map(({ key }) => key),
      quorum: 2,
      freshnessSeconds: 3600,
    };
  }

  /** The head with the witnesses' signatures, published. */
  async cosign(): Promise<Uint8Array> {
    const { note, checkpoint } = this.log.head;
    const consistency = await this.log.reader(checkpoint.size).consistencyProof(this.#seen);
    const body = new TextEncoder().encode(
      formatAddCheckpoint({ oldSize: this.#seen, consistency, checkpoint: note }),
    );
    const lines = await Promise.all(
      this.witnesses.map(async (witness) => {
        const answer = await witness.addCheckpoint(body);
        if (answer.outcome !== 'cosigned') throw new Error('a witness did not cosign');
        return parseSignatureLines(answer.lines);
      }),
    );
    this.#seen = checkpoint.size;
    const cosigned = withSignatures(note, lines.flat());
    await this.log.store.publish(cosigned);
    return cosigned;
  }

  /** Appends an entry and makes its bundle. */
  async bundle(entry: Uint8Array): Promise<Uint8Array> {
    const { index } = await this.log.append(entry);
    return this.bundleAt(index);
  }

  async bundleAt(index: number): Promise<Uint8Array> {
    const checkpoint = await this.cosign();
    return makeBundle({ checkpoint, state: this.log.head.state, tile: this.log.store.tile }, index);
  }
}

export const idOf = (entry: Uint8Array): string => parseEntry(entry).id;
