/** `npm run bench -- ledger`: proofs, appends and audits; Go's tlog and note on the same log. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  acceptBundle,
  auditLog,
  formatAddCheckpoint,
  formatVerifierKey,
  type LedgerPolicy,
  leafHash,
  makeBundle,
  manifestId,
  parseSignatureLines,
  verifyCheckpoint,
  verifyInclusion,
} from '../../ledger/index.js';
import { Log, type Signer, signEntry, signerOf, Witness, withSignatures } from '../../ledger/node/index.js';
import { goIsPresent } from '../attestation/google.js';
import { buildGoLedger } from './go.js';

type Say = (line?: string) => void;

const ENTRIES = 100_000;
const PROVED = 100;
const REPEAT = 20;
const GOALS = { proofMs: 2, appendsPerSecond: 1000, auditSeconds: 30 };

const signer = (name: string): Signer => signerOf(createHash('sha256').update(name).digest());
const role = (name: string) => ({ threshold: 1, keys: [bytesToHex(signer(name).publicKey)] });
const KEYS = {
  type: 'keys',
  critical: true,
  roles: { maintainers: role('maintainer'), gateways: role('gateway'), issuers: role('issuer') },
};

/** An entry of the kind that there is most of. */
function entryOf(issuer: Signer, i: number): Uint8Array {
  const manifest = {
    type: 'issuer-key',
    critical: true,
    name: `issuer-${i % 10}.example`,
    keyId: createHash('sha256').update(String(i)).digest('hex'),
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2096-01-01T00:00:00Z',
  };
  return signEntry(manifest, [issuer]);
}

/** @returns whether all goals were met */
export async function benchLedger(say: Say): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-ledger-'));
  try {
    return await run(folder, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, say: Say): Promise<boolean> {
  say(`# The log: ${ENTRIES} entries on ${cpus()[0]?.model ?? 'an unknown processor'}\n`);
  const log = await Log.open({
    folder: join(folder, 'log'),
    name: 'bench.example/log',
    signer: signer('log'),
    genesis: signEntry(KEYS, [signer('maintainer')]),
    batchMs: 5,
    queue: ENTRIES,
  });
  const issuer = signer('issuer');
  const entries = Array.from({ length: ENTRIES }, (_, i) => entryOf(issuer, i));
  let started = performance.now();
  await Promise.all(entries.map((entry) => log.append(entry)));
  const appends = ENTRIES / seconds(started);
  say(`appends, each verified and on the disk      ${appends.toFixed(0)} /s`);

  const { checkpoint, policy } = await cosigned(log, folder);
  const source = { checkpoint, state: log.head.state, tile: log.store.tile };
  const last = ENTRIES - 9;
  const bundle = await makeBundle(source, last);
  const now = new Date();
  for (let i = 0; i < REPEAT; i++) await acceptBundle(bundle, policy, now);
  started = performance.now();
  for (let i = 0; i < PROVED; i++) await acceptBundle(bundle, policy, now);
  const proofMs = (seconds(started) / PROVED) * 1000;
  say(`bundle: parse, verify, hold to the policy   ${proofMs.toFixed(2)} ms, ${bundle.length} bytes`);

  started = performance.now();
  await auditLog({ checkpoint, tile: log.store.tile, policy, now: Date.now() / 1000 });
  const auditSeconds = seconds(started);
  say(`audit of everything                         ${auditSeconds.toFixed(1)} s`);

  await compare(log, say);
  await log.close();
  const met =
    proofMs < GOALS.proofMs && appends >= GOALS.appendsPerSecond && auditSeconds < GOALS.auditSeconds;
  const { proofMs: ms, appendsPerSecond, auditSeconds: most } = GOALS;
  say(`\ngoals (< ${ms} ms, >= ${appendsPerSecond} /s, < ${most} s): ${met ? 'met' : 'NOT met'}`);
  return met;
}

async function cosigned(
  log: Log,
  folder: string,
): Promise<{ readonly checkpoint: Uint8Array; readonly policy: LedgerPolicy }> {
  const open = (name: string) =>
    Witness.open({ folder: join(folder, name), name, signer: signer(name), logs: [log.key] });
  const witnesses = await Promise.all(['one.example', 'two.example'].map(open));
  const body = new TextEncoder().encode(
    formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: log.head.note }),
  );
  const lines = await Promise.all(
    witnesses.map(async (witness) => {
      const answer = await witness.addCheckpoint(body);
      if (answer.outcome !== 'cosigned') throw new Error('a witness did not cosign');
      return parseSignatureLines(answer.lines);
    }),
  );
  const checkpoint = withSignatures(log.head.note, lines.flat());
  await log.store.publish(checkpoint);
  const policy = {
    log: log.key,
    keys: manifestId(KEYS),
    witnesses: witnesses.map(({ key }) => key),
    quorum: 2,
    freshnessSeconds: 3600,
  };
  return { checkpoint, policy };
}

/** The same work for both: open the note, then for so many entries a proof from tiles, verified. */
async function compare(log: Log, say: Say): Promise<void> {
  if (!goIsPresent()) {
    say('Go is not here: no comparison with golang.org/x/mod');
    return;
  }
  const { size, root } = log.head.checkpoint;
  const proved = (await log.reader(size).entries(0)).slice(0, PROVED);
  const started = performance.now();
  for (let i = 0; i < REPEAT; i++) await verifyCheckpoint(log.head.note, log.key, []);
  const reader = log.reader(size);
  for (const [index, entry] of proved.entries()) {
    const proof = await reader.inclusionProof(index);
    for (let i = 0; i < REPEAT; i++) verifyInclusion(leafHash(entry), proof, root);
  }
  const ours = seconds(started);
  const go = buildGoLedger()({
    folder: join(log.store.folder, 'public'),
    key: formatVerifierKey(log.key),
    entries: proved.map((entry) => Buffer.from(entry).toString('base64')),
    repeat: REPEAT,
  });
  if (go.error !== undefined || go.seconds === undefined)
    throw new Error(`Go does not read our log: ${go.error}`);
  const times = (ours / go.seconds).toFixed(1);
  say(`\n${REPEAT} notes opened, ${PROVED} proofs from tiles, each verified ${REPEAT} times:`);
  say(
    `  sotto ${(ours * 1000).toFixed(0)} ms, Go's tlog and note ${(go.seconds * 1000).toFixed(0)} ms: ${times} times Go's`,
  );
}

const seconds = (since: number): number => (performance.now() - since) / 1000;
