import 'reflect-metadata';
import { Extension, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_ROOT } from '../../../attestation/simulated/root.js';
import { readCertificateTable } from '../../../attestation/snp/abi/index.js';
import { type Anchor, findAnchor } from '../../../attestation/snp/anchor.js';
import { verifyChain } from '../../../attestation/snp/chain.js';
import type { VcekIdentity } from '../../../attestation/snp/endorsement.js';
import { SIMULATED_ASK_PRIVATE_KEY_INSECURE } from '../../../attestation/tsm/simulated-key.js';
import { simulatedPlatform } from '../../../attestation/tsm/simulated-platform.js';
import { CHIPS } from '../fixture.js';

const AMD = '1.3.6.1.4.1.3704.1';
const PSS = { name: 'RSA-PSS', hash: 'SHA-384' };
const refusedAs = (code: string) => expect.objectContaining({ name: 'AttestationError', code });
const der = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

let genuine: X509Certificate;
beforeAll(async () => {
  const { vcek } = readCertificateTable((await simulatedPlatform(CHIPS.Milan)).auxblob);
  genuine = new X509Certificate(new Uint8Array(vcek!));
});

/** A VCEK under the simulated ASK with other extensions or another curve. */
async function issued(extensions: Extension[], namedCurve = 'P-384'): Promise<Uint8Array> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, false, ['sign', 'verify']);
  const key = der(SIMULATED_ASK_PRIVATE_KEY_INSECURE);
  const certificate = await X509CertificateGenerator.create({
    subject: genuine.subjectName,
    issuer: genuine.issuerName,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', key, PSS, false, ['sign']),
    signingAlgorithm: { ...PSS, saltLength: 48 } as typeof PSS,
    extensions,
  });
  return new Uint8Array(certificate.rawData);
}

/** The genuine extensions, with one replaced or left out. */
function extensions(oid: string, value?: number[]): Extension[] {
  const others = genuine.extensions.filter((extension) => extension.type !== `${AMD}.${oid}`);
  return value ? [...others, new Extension(`${AMD}.${oid}`, false, Uint8Array.from(value))] : others;
}

async function verify(vcek: Uint8Array) {
  return verifyChain({ vcek }, 'vcek', findAnchor({ vcek }, 'vcek'), new Date());
}

describe('a VCEK certificate', () => {
  it('of every product is read as it was issued', async () => {
    for (const chip of Object.values(CHIPS)) {
      const { auxblob } = await simulatedPlatform(chip);
      const { vcek } = readCertificateTable(auxblob);
      const { product, tcb, hwId } = (await verify(vcek!)) as VcekIdentity;
      expect({ product, tcb, hwId }).toEqual({ product: chip.product, tcb: chip.tcb, hwId: chip.hwId });
    }
  });

  it.each<[string, string, number[] | undefined]>([
    ['no product name', '2', undefined],
    ['an unknown product', '2', [0x16, 4, 0x52, 0x6f, 0x6d, 0x65]],
    ['a product name in another encoding', '2', [0x0c, 5, 0x4d, 0x69, 0x6c, 0x61, 0x6e]],
    ['a product name that is not ASCII', '2', [0x16, 1, 0xff]],
    ['no boot loader version', '3.1', undefined],
    ['no microcode version', '3.8', undefined],
    ['a version above 255', '3.3', [2, 2, 1, 0]],
    ['a negative version', '3.3', [2, 1, 0x80]],
    ['a version in a long form', '3.3', [2, 2, 0, 1]],
    ['a version with trailing bytes', '3.2', [2, 1, 1, 0]],
    ['no hardware id', '4', undefined],
    ['a short hardware id', '4', [1, 2, 3]],
  ])('with %s is refused', async (_, oid, value) => {
    await expect(verify(await issued(extensions(oid, value)))).rejects.toThrow(
      refusedAs('snp-certificate-malformed'),
    );
  });

  it('of Turin without a version of its FMC is refused', async () => {
    const turin = extensions('2', [0x16, 5, ...Buffer.from('Turin')]);
    await expect(verify(await issued(turin))).rejects.toThrow(refusedAs('snp-certificate-malformed'));
  });

  it('with a key on another curve is refused', async () => {
    const vcek = await issued(genuine.extensions, 'P-256');
    await expect(verify(vcek)).rejects.toThrow(refusedAs('snp-certificate-malformed'));
  });

  it("of one product under another product's root is refused", async () => {
    const misnamed: Anchor = { name: 'Genoa', ark: der(SIMULATED_ROOT.ark), ask: der(SIMULATED_ROOT.ask) };
    const vcek = new Uint8Array(genuine.rawData);
    await expect(verifyChain({ vcek }, 'vcek', misnamed, new Date())).rejects.toThrow(
      refusedAs('snp-product-mismatch'),
    );
  });
});
