import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  type Extension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_ROOT } from '../../../attestation/simulated/root.js';
import { type CertificateTable, readCertificateTable } from '../../../attestation/snp/abi/index.js';
import { findAnchor } from '../../../attestation/snp/anchor.js';
import { verifyChain } from '../../../attestation/snp/chain.js';
import type { VcekIdentity } from '../../../attestation/snp/endorsement.js';
import { isSignedBy } from '../../../attestation/snp/keys.js';
import { AMD_ROOTS } from '../../../attestation/snp/roots.js';
import { simulatedPlatform } from '../../../attestation/tsm/simulated-platform.js';
import { parseCertificate } from '../../../attestation/x509.js';
import { CHIPS, flipped, pemVector, vector } from '../fixture.js';

const THEN = new Date('2023-01-01T00:00:00Z');
const vcek = vector('milan-vcek.der');
const [ask, ark] = pemVector('ask_ark_milan.pem') as [Uint8Array, Uint8Array];
const PSS = { name: 'RSA-PSS', hash: 'SHA-384' };
const refusedAs = (code: string) => expect.objectContaining({ name: 'AttestationError', code });

const verify = async (table: CertificateTable, now = THEN) =>
  verifyChain(table, 'vcek', findAnchor(table, 'vcek'), now);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** A certificate with any names and extensions, signed by a key of our own. */
async function forged(subject: X509Certificate, issuer: X509Certificate, extensions: Extension[]) {
  const keys = await crypto.subtle.generateKey(
    { ...PSS, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    false,
    ['sign', 'verify'],
  );
  const certificate = await X509CertificateGenerator.create({
    subject: subject.subjectName,
    issuer: issuer.subjectName,
    notBefore: new Date('2022-01-01'),
    notAfter: new Date('2040-01-01'),
    publicKey: subject.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: { ...PSS, saltLength: 48 } as typeof PSS,
    extensions,
  });
  return new Uint8Array(certificate.rawData);
}

describe('the embedded roots', () => {
  it.each([
    ['Milan', 'ask_ark_milan.pem'],
    ['Genoa', 'ask_ark_genoa.pem'],
    ['Turin', 'ask_ark_turin.pem'],
  ] as const)('of %s are the ones that AMD publishes', (product, file) => {
    expect(pemVector(file).map(base64)).toEqual([AMD_ROOTS[product].ask, AMD_ROOTS[product].ark]);
    const vleks = pemVector(file.replace('ask', 'asvk'));
    expect(vleks.map(base64)).toEqual([AMD_ROOTS[product].asvk, AMD_ROOTS[product].ark]);
  });

  it.each(['Milan', 'Genoa', 'Turin'] as const)('of %s sign their intermediates', async (product) => {
    const [ark, ...intermediates] = (['ark', 'ask', 'asvk'] as const).map((name) =>
      parseCertificate(
        new Uint8Array(Buffer.from(AMD_ROOTS[product][name], 'base64')),
        'snp-certificate-malformed',
      ),
    );
    for (const certificate of [ark!, ...intermediates])
      expect(await isSignedBy(certificate, ark!)).toBe(true);
    expect(await isSignedBy(ark!, intermediates[0]!)).toBe(false);
  });

  it('tell themselves apart: the simulated root says what it is', () => {
    for (const certificate of [SIMULATED_ROOT.ark, SIMULATED_ROOT.ask]) {
      expect(new X509Certificate(certificate).subject).toMatch(/Simulated.*INSECURE/);
    }
  });
});

describe('the chain of a real Milan machine', () => {
  it('is verified from a whole table', async () => {
    const found = await verify({ vcek, ask, ark });
    expect(found).toMatchObject({ product: 'Milan', tcb: { bootLoader: 2, tee: 0, snp: 5, microcode: 68 } });
    const { hwId } = found as VcekIdentity;
    expect(base64(hwId).startsWith(base64(Uint8Array.of(0x3a, 0xc3, 0xfe)))).toBe(true);
    expect(found.key.algorithm).toMatchObject({ name: 'ECDSA', namedCurve: 'P-384' });
  });

  it('is verified from the VCEK alone: AMD publishes the rest', async () => {
    expect((await verify({ vcek })).product).toBe('Milan');
  });

  it.each([
    ['before the VCEK was issued', '2022-09-24T00:55:27Z', 'snp-chain-not-yet-valid'],
    ['after the VCEK expired', '2029-09-24T00:55:29Z', 'snp-chain-expired'],
  ])('is refused %s', async (_, now, code) => {
    await expect(verify({ vcek, ask, ark }, new Date(now))).rejects.toThrow(refusedAs(code));
  });

  it('is refused when a bit of a signature is flipped', async () => {
    for (const offset of [vcek.length - 1, vcek.length - 512]) {
      await expect(verify({ vcek: flipped(vcek, offset) })).rejects.toThrow(
        refusedAs('snp-chain-bad-signature'),
      );
    }
    const broken = flipped(ask, ask.length - 7);
    await expect(verify({ vcek, ask: broken, ark })).rejects.toThrow(refusedAs('snp-chain-bad-signature'));
  });

  it("is refused when the VCEK only claims AMD's name", async () => {
    const named = new X509Certificate(new Uint8Array(vcek));
    const forgery = await forged(named, new X509Certificate(new Uint8Array(ask)), named.extensions);
    await expect(verify({ vcek: forgery })).rejects.toThrow(refusedAs('snp-chain-bad-signature'));
  });

  it("is refused when the ASK is not the ARK's", async () => {
    const named = new X509Certificate(new Uint8Array(ask));
    const root = new X509Certificate(new Uint8Array(ark));
    const authority = await forged(named, root, [new BasicConstraintsExtension(true, 0, true)]);
    await expect(verify({ vcek, ask: authority, ark })).rejects.toThrow(refusedAs('snp-chain-bad-signature'));
    const subscriber = await forged(named, root, [new BasicConstraintsExtension(false, undefined, true)]);
    await expect(verify({ vcek, ask: subscriber, ark })).rejects.toThrow(
      refusedAs('snp-certificate-malformed'),
    );
  });
});

describe('a certificate table', () => {
  let simulated: CertificateTable;
  const now = new Date();
  beforeAll(async () => {
    simulated = readCertificateTable((await simulatedPlatform(CHIPS.Genoa)).auxblob);
  });

  it('of the simulated platform leads to the simulated root, with and without the ARK', async () => {
    expect(findAnchor(simulated, 'vcek').name).toBe('simulated');
    expect(findAnchor({ vcek: simulated.vcek! }, 'vcek').name).toBe('simulated');
    expect((await verify(simulated, now)).product).toBe('Genoa');
  });

  it.each<[string, string, () => CertificateTable]>([
    ['no VCEK', 'snp-certificate-missing', () => ({ ask, ark })],
    ['nothing', 'snp-certificate-missing', () => ({})],
    ['a VLEK only', 'snp-certificate-missing', () => ({ vlek: vcek, ask, ark })],
    ['an unknown root', 'snp-unknown-root', () => ({ vcek, ask, ark: ask })],
    ['a changed root', 'snp-unknown-root', () => ({ vcek, ask, ark: flipped(ark, 500) })],
    ['an unknown issuer', 'snp-unknown-root', () => ({ vcek: ark })],
    ['a VCEK that is no certificate', 'snp-certificate-malformed', () => ({ vcek: vcek.slice(0, -1), ark })],
    [
      'an ASK that is no certificate',
      'snp-certificate-malformed',
      () => ({ vcek, ask: new Uint8Array(9), ark }),
    ],
    [
      'an ASK of another product',
      'snp-chain-mixed',
      () => ({ vcek, ask: pemVector('ask_ark_genoa.pem')[0]!, ark }),
    ],
    [
      'a root of another product',
      'snp-chain-mixed',
      () => ({ vcek, ask, ark: pemVector('ask_ark_genoa.pem')[1]! }),
    ],
    ['a real VCEK under the simulated root', 'snp-chain-mixed', () => ({ ...simulated, vcek })],
    ['a simulated VCEK under a real root', 'snp-chain-mixed', () => ({ ...simulated, ask, ark })],
  ])('with %s is refused as %s', async (_, code, table) => {
    await expect(async () => verify(table())).rejects.toThrow(refusedAs(code));
  });
});
