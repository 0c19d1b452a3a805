import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRatlsCertificate, type SessionVerification, verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { readCertificateTable } from '../../attestation/snp/abi/index.js';
import { failures, flipped, session } from './fixture.js';
import { tdxSession } from './tdx/machine/session.js';

let good: SessionVerification;
beforeAll(async () => {
  good = await session();
});

const verdictOnCertificate = (certificate: Uint8Array) =>
  verifySession({ ...good, answer: { ...good.answer, certificate } });

describe('a session with one bit flipped', () => {
  it('anywhere in the certificate is refused', async () => {
    const { certificate } = good.answer;
    let tried = 0;
    // Every byte of the first kilobyte and of the end, then a sample of the long middle.
    for (let offset = 0; offset < certificate.length; offset += isEdge(offset, certificate.length) ? 1 : 23) {
      const verdict = await verdictOnCertificate(flipped(certificate, offset, offset % 8));
      expect(verdict.ok, `byte ${offset}`).toBe(false);
      expect(failures(verdict)[0], `byte ${offset}`).toMatch(
        /^certificate: ratls-(malformed|bad-signature)$/,
      );
      tried += 1;
    }
    expect(tried).toBeGreaterThan(800);
  });

  it('anywhere in the evidence is refused, even under a certificate that its owner signs again', async () => {
    // An attacker makes certificates of its own at will: here the outer signature is always right.
    const { evidence, root } = parseRatlsCertificate(good.answer.certificate);
    const identity = await createRatlsIdentity();
    const table = readCertificateTable(evidence.auxblob!);
    const at = (part: Uint8Array) => part.byteOffset - evidence.auxblob!.byteOffset;
    const regions: [from: number, to: number, step: number][] = [
      [at(table.vcek!), at(table.vcek!) + table.vcek!.length, 7],
      [at(table.ask!), at(table.ask!) + table.ask!.length, 31],
      [at(table.ark!), at(table.ark!) + table.ark!.length, 31],
    ];
    const codes = new Set<string>();
    for (const [from, to, step] of regions) {
      for (let offset = from; offset < to; offset += step) {
        const auxblob = flipped(evidence.auxblob!, offset, offset % 8);
        const verdict = await verdictOnCertificate(
          await identity.certificate({ ...evidence, auxblob }, root),
        );
        const [first = 'accepted'] = failures(verdict);
        // With its chain whole, this certificate would fail only for being another key's.
        expect(first, `byte ${offset} of the table`).not.toMatch(/^(accepted|freshness)/);
        codes.add(first);
      }
    }
    expect(codes).toContain('chain: snp-chain-bad-signature');
    expect(codes).toContain('chain: snp-unknown-root');
  });

  it('anywhere in the root is refused', async () => {
    const { evidence, root } = parseRatlsCertificate(good.answer.certificate);
    const identity = await createRatlsIdentity();
    for (let offset = 0; offset < root.length; offset += 1) {
      const certificate = await identity.certificate(evidence, flipped(root, offset));
      expect(failures(await verdictOnCertificate(certificate))).toContain('binding: binding-report-data');
    }
  });

  it('anywhere in the nonce, the key config or the audit path is refused', async () => {
    const { answer, nonce } = good;
    const changed: SessionVerification[] = [
      ...[...nonce.keys()].map((i) => ({ ...good, nonce: flipped(nonce, i) })),
      ...[...answer.keyConfig.keys()].map((i) => ({
        ...good,
        answer: { ...answer, keyConfig: flipped(answer.keyConfig, i) },
      })),
      ...answer.auditPath.hashes.map((hash, i) => ({
        ...good,
        answer: {
          ...answer,
          auditPath: { ...answer.auditPath, hashes: answer.auditPath.hashes.with(i, flipped(hash, i)) },
        },
      })),
    ];
    for (const input of changed)
      expect(failures(await verifySession(input))).toEqual(['freshness: binding-stale']);
  });
});

describe('hostile input', () => {
  it('of any bytes is a failed check, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(failures(await verdictOnCertificate(bytes))).toEqual(['certificate: ratls-malformed']);
      }),
    );
  });

  it('with lengths changed or cut is a failed check, never an exception', async () => {
    const { certificate } = good.answer;
    const position = fc.nat(certificate.length - 1);
    await fc.assert(
      fc.asyncProperty(position, fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const bytes = cut ? certificate.slice(0, at) : certificate.with(at, value);
        const verdict = await verdictOnCertificate(bytes);
        expect(verdict.ok).toBe(!cut && certificate[at] === value);
      }),
    );
  });

  it('as evidence of any bytes under a well-made certificate is a failed check', async () => {
    const identity = await createRatlsIdentity();
    const blob = fc.uint8Array({ maxLength: 1500 });
    await fc.assert(
      fc.asyncProperty(blob, fc.option(blob, { nil: undefined }), async (outblob, auxblob) => {
        const evidence = { provider: 'sev_guest', outblob, ...(auxblob ? { auxblob } : {}) };
        const verdict = await verdictOnCertificate(await identity.certificate(evidence, new Uint8Array(32)));
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('as evidence of any bytes of a TDX machine is a failed check', async () => {
    const machine = await tdxSession();
    const { evidence, root } = parseRatlsCertificate(machine.answer.certificate);
    const identity = await createRatlsIdentity({ now: () => machine.now });
    const blob = fc.uint8Array({ maxLength: 1500 });
    const parts = fc.record({ outblob: blob, collateral: blob, eventLog: blob }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(parts, async (changed) => {
        const certificate = await identity.certificate({ ...evidence, ...changed }, root);
        const verdict = await verifySession({ ...machine, answer: { ...machine.answer, certificate } });
        expect(verdict.ok).toBe(false);
        expect(
          failures(verdict).every((line) => /^[a-z-]+: (tdx|eventlog|binding)-[a-z-]+$/.test(line)),
        ).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function isEdge(offset: number, length: number): boolean {
  return offset < 600 || offset > length - 100;
}
