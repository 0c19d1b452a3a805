import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { decode } from 'cborg';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRatlsCertificate, verifyRatlsCertificate } from '../../../attestation/index.js';
import { decodeCmw, encodeCmw } from '../../../attestation/ratls/cmw.js';
import { createRatlsIdentity, type RatlsIdentity } from '../../../attestation/ratls/index.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const root = new Uint8Array(32).fill(0xab);
const evidence = {
  provider: 'sev_guest',
  outblob: new Uint8Array(1184).fill(1),
  auxblob: new Uint8Array(4000).fill(2),
};
const refusedAs = (code: string) => expect.objectContaining({ name: 'AttestationError', code });

let identity: RatlsIdentity;
let certificate: Uint8Array;
beforeAll(async () => {
  identity = await createRatlsIdentity({ now: () => NOW, validHours: { before: 1, after: 2 } });
  certificate = await identity.certificate(evidence, root);
});

describe('an RA-TLS certificate', () => {
  it('carries evidence and root, and is read back', async () => {
    const found = await verifyRatlsCertificate(certificate, NOW);
    expect(found).toMatchObject({ evidence, root, spki: identity.spki, spkiHash: identity.spkiHash });
    expect(parseRatlsCertificate(certificate)).toEqual(found);
    expect(found.spkiHash).toEqual(new Uint8Array(createHash('sha256').update(identity.spki).digest()));
  });

  it('without certificates of the host is read back too', async () => {
    const bare = { provider: 'tdx_guest', outblob: Uint8Array.of(1) };
    expect(parseRatlsCertificate(await identity.certificate(bare, root)).evidence).toEqual(bare);
  });

  it('is read by openssl', () => {
    const text = execFileSync('openssl', ['x509', '-inform', 'der', '-noout', '-text'], {
      input: certificate,
    }).toString();
    expect(text).toContain('Version: 3');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
    expect(text).toContain('NIST CURVE: P-256');
    expect(text).toContain('Not Before: Jun  1 11:00:00 2026 GMT');
    expect(text).toContain('Not After : Jun  1 14:00:00 2026 GMT');
    expect(text).toContain('2.23.133.5.4.9');
  });

  it('is verified by Node as signed with its own key', () => {
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(new Uint8Array(read.publicKey.export({ type: 'spki', format: 'der' }))).toEqual(identity.spki);
  });

  it.each([
    ['a second before it is valid', '2026-06-01T10:59:59Z', 'ratls-not-yet-valid'],
    ['a second after it expired', '2026-06-01T14:00:01Z', 'ratls-expired'],
  ])('is refused %s', async (_, now, code) => {
    await expect(verifyRatlsCertificate(certificate, new Date(now))).rejects.toThrow(refusedAs(code));
  });

  it('with a signature that is not its key’s is refused', async () => {
    for (const fromEnd of [1, 33, 64]) {
      const broken = certificate.with(certificate.length - fromEnd, certificate.at(-fromEnd)! ^ 1);
      await expect(verifyRatlsCertificate(broken, NOW)).rejects.toThrow(refusedAs('ratls-bad-signature'));
    }
  });

  it('with trailing bytes is refused', async () => {
    await expect(verifyRatlsCertificate(Uint8Array.of(...certificate, 0), NOW)).rejects.toThrow(
      refusedAs('ratls-malformed'),
    );
  });
});

describe('the CMW record', () => {
  // Lengths around every step of CBOR's heads.
  const lengths = fc.constantFrom(0, 1, 23, 24, 255, 256, 65_535, 65_536);
  const blob = fc.tuple(lengths, fc.nat(255)).map(([length, value]) => new Uint8Array(length).fill(value));
  const wrapped = fc.record({
    evidence: fc.record(
      {
        provider: fc.constantFrom('sev_guest', 'tdx_guest'),
        outblob: blob,
        auxblob: blob,
        collateral: blob,
        eventLog: blob,
      },
      { requiredKeys: ['provider', 'outblob'] },
    ),
    root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  });

  it('is read as it was written, and another CBOR library reads the same', () => {
    fc.assert(
      fc.property(wrapped, (given) => {
        const encoded = encodeCmw(given);
        expect(digests(decodeCmw(encoded))).toEqual(digests(given));
        const [type, value, indicator] = decode(encoded, { strict: true, allowIndefinite: false });
        expect(type).toBe('application/vnd.sotto.evidence+cbor');
        const { auxblob: aux, collateral: staple, eventLog: log } = given.evidence;
        expect(indicator).toBe(aux || staple ? 6 : 4);
        const map: Map<number, Uint8Array> = decode(value, {
          strict: true,
          allowIndefinite: false,
          useMaps: true,
        });
        expect([...map.keys()]).toEqual([
          1,
          2,
          ...(aux ? [3] : []),
          4,
          ...(staple ? [5] : []),
          ...(log ? [6] : []),
        ]);
        const [provider, ...values] = [1, 2, 3, 4, 5, 6].map((key) => map.get(key));
        expect([String(provider), ...values.map(digest)]).toEqual(digests(given));
      }),
    );
  });

  const auditPath = { index: 1, size: 3, hashes: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] };
  const good = encodeCmw({
    evidence: { provider: 'sev_guest', outblob: Uint8Array.of(1, 2, 3) },
    root,
    auditPath,
  });

  it('of one connection carries its audit path, as CBOR in a byte string', () => {
    expect(decodeCmw(good).auditPath).toEqual(auditPath);
    const map: Map<number, Uint8Array> = decode(decode(good)[1], { useMaps: true });
    const path: Map<number, unknown> = decode(map.get(7)!, { useMaps: true });
    expect([...path]).toEqual([
      [1, 1],
      [2, 3],
      [3, auditPath.hashes],
    ]);
    expect(decodeCmw(encodeCmw({ evidence, root }))).not.toHaveProperty('auditPath');
  });

  it('is refused when it is cut or added to, or when a change leaves it without its one encoding', () => {
    const malformed = refusedAs('evidence-malformed');
    for (let end = 0; end < good.length; end += 1)
      expect(() => decodeCmw(good.slice(0, end))).toThrow(malformed);
    expect(() => decodeCmw(Uint8Array.of(...good, 0))).toThrow(malformed);
    for (const offset of good.keys()) {
      const changed = good.with(offset, good[offset]! ^ 0x20);
      const same = () => Buffer.compare(encodeCmw(decodeCmw(changed)), changed);
      // Content may differ, but whatever is accepted has this one encoding only.
      expect(outcome(same), `byte ${offset}`).toMatch(/^(0|evidence-malformed)$/);
    }
  });

  it('is refused with its entries in another order, unknown, or missing', () => {
    const provider = [0x01, 0x69, ...Buffer.from('sev_guest')];
    const outblob = [0x02, 0x41, 1];
    const rootEntry = [0x04, 0x58, 0x20, ...root];
    const record = (...entries: number[][]) => {
      const map = [0xa0 | entries.length, ...entries.flat()];
      const type = Buffer.from('application/vnd.sotto.evidence+cbor');
      return Uint8Array.of(0x83, 0x78, type.length, ...type, 0x58, map.length, ...map, 4);
    };
    expect(decodeCmw(record(provider, outblob, rootEntry)).evidence.provider).toBe('sev_guest');
    for (const entries of [
      [provider, rootEntry, outblob],
      [outblob, provider, rootEntry],
      [provider, outblob, outblob, rootEntry],
      [provider, outblob, rootEntry, [0x07, 0x40]], // an audit path of no bytes
      [provider, outblob, rootEntry, [0x08, 0x40]],
      [provider, outblob, rootEntry, [0x07, 0x43, 0xa1, 0x01, 0x00]], // … and half of one
      [provider, outblob],
      [provider, rootEntry],
    ]) {
      expect(() => decodeCmw(record(...entries))).toThrow(refusedAs('evidence-malformed'));
    }
  });

  it('is refused in any encoding but the shortest', () => {
    // 0x18 0x03 is the number 3 in two bytes.
    const long = Uint8Array.of(...good.slice(0, -1), 0x18, 0x04);
    expect(() => decodeCmw(long)).toThrow(refusedAs('evidence-malformed'));
  });

  it('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(() => decodeCmw(bytes) && 'read')).toMatch(/^(read|evidence-malformed)$/);
      }),
    );
  });
});

/** Comparing large arrays element by element is slow; their digests say the same. */
function digest(bytes: Uint8Array | undefined): string | undefined {
  return bytes && createHash('sha256').update(bytes).digest('hex');
}

function digests({ evidence, root }: ReturnType<typeof decodeCmw>): (string | undefined)[] {
  const { provider, outblob, auxblob, collateral, eventLog } = evidence;
  return [provider, ...[outblob, auxblob, root, collateral, eventLog].map(digest)];
}

function outcome(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    return (error as { code: string }).code;
  }
}
