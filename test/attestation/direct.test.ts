import { describe, expect, it } from 'vitest';
import {
  type AuditPath,
  directLeaf,
  LeafTree,
  peerLeaf,
  reportData,
  sessionLeaf,
  verifyDirect,
  verifyPeer,
} from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { simulatedPlatform } from '../../attestation/tsm/simulated-platform.js';
import { writeReport } from '../../attestation/tsm/simulated-report.js';
import { CHIPS, failures, flipped, goodReport, MEASUREMENT, NONCE } from './fixture.js';

const EXPORTER = new Uint8Array(32).fill(0xee);
const expected = {
  roots: { simulated: 'sotto-simulated' },
  policy: { measurements: [MEASUREMENT] },
  now: new Date(),
} as const;

/** A certificate over a leaf that shares its report with another one. */
async function certificateOver(
  leaf: (spkiHash: Uint8Array) => Uint8Array,
  path: (path: AuditPath) => AuditPath | undefined = (real) => real,
): Promise<Uint8Array> {
  const identity = await createRatlsIdentity();
  const tree = new LeafTree([new Uint8Array(32), leaf(identity.spkiHash)]);
  const platform = await simulatedPlatform(CHIPS.Milan);
  const report = goodReport(CHIPS.Milan, { reportData: reportData(tree.root) });
  const outblob = await platform.sign(writeReport(report, 'Milan'));
  const evidence = { provider: 'sev_guest', outblob, auxblob: platform.auxblob };
  return identity.certificate(evidence, tree.root, path(tree.path(1)));
}

/** What three leaves are made of that must never pass for each other. */
const LEAVES = {
  session: (spkiHash: Uint8Array) => sessionLeaf(spkiHash, NONCE, Uint8Array.of(1)),
  direct: (spkiHash: Uint8Array) => directLeaf(spkiHash, NONCE),
  peer: (spkiHash: Uint8Array) => peerLeaf(spkiHash, EXPORTER),
};

describe('a certificate of a direct connection', () => {
  const direct = certificateOver(LEAVES.direct);
  const verdictOn = async (certificate: Promise<Uint8Array>, nonce: Uint8Array = NONCE) =>
    verifyDirect({ ...expected, certificate: await certificate, nonce });

  it('is verified by what is in it and the nonce', async () => {
    const verdict = await verdictOn(direct);
    expect(failures(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, simulated: true, measurement: MEASUREMENT });
  });

  it('is refused for another nonce, or with its leaf elsewhere', async () => {
    expect(failures(await verdictOn(direct, flipped(NONCE, 0)))).toEqual(['freshness: binding-stale']);
    const moved = certificateOver(LEAVES.direct, (path) => ({ ...path, index: 0 }));
    expect(failures(await verdictOn(moved))).toEqual(['freshness: binding-stale']);
    const cut = certificateOver(LEAVES.direct, (path) => ({ ...path, hashes: [] }));
    expect(failures(await verdictOn(cut))).toEqual(['freshness: binding-malformed']);
    const bare = certificateOver(LEAVES.direct, () => undefined);
    expect(failures(await verdictOn(bare))).toEqual(['freshness: ratls-no-audit-path']);
  });

  it('is refused when it was made for a session or by a peer', async () => {
    for (const leaf of [LEAVES.session, LEAVES.peer])
      expect(failures(await verdictOn(certificateOver(leaf)))).toEqual(['freshness: binding-stale']);
  });

  it('needs a nonce of 32 bytes', async () => {
    await expect(verdictOn(direct, new Uint8Array(31))).rejects.toMatchObject({ code: 'binding-malformed' });
  });
});

describe('a certificate of a peer', () => {
  const peer = certificateOver(LEAVES.peer);
  const verdictOn = async (certificate: Promise<Uint8Array>, exporter: Uint8Array = EXPORTER) =>
    verifyPeer({ ...expected, certificate: await certificate, exporter });

  it('is verified by what is in it and the exporter of the connection', async () => {
    expect(failures(await verdictOn(peer))).toEqual([]);
  });

  it('is refused on another connection, or without an audit path', async () => {
    expect(failures(await verdictOn(peer, flipped(EXPORTER, 31)))).toEqual(['freshness: binding-stale']);
    const bare = certificateOver(LEAVES.peer, () => undefined);
    expect(failures(await verdictOn(bare))).toEqual(['freshness: ratls-no-audit-path']);
  });

  it('is refused when a server made it for whoever chose the nonce', async () => {
    const asked = [
      (spkiHash: Uint8Array) => directLeaf(spkiHash, EXPORTER),
      (spkiHash: Uint8Array) => sessionLeaf(spkiHash, EXPORTER, Uint8Array.of(1)),
    ];
    for (const leaf of asked)
      expect(failures(await verdictOn(certificateOver(leaf)))).toEqual(['freshness: binding-stale']);
  });

  it('needs an exporter of 32 bytes', async () => {
    await expect(verdictOn(peer, new Uint8Array(0))).rejects.toMatchObject({ code: 'binding-malformed' });
  });
});
