/** ARK → ASK → VCEK, or ARK → ASVK → VLEK. */
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import { type Certificate, parseCertificate } from '../x509.js';
import type { CertificateTable } from './abi/index.js';
import { type Anchor, intermediateOf, requireEndorsement } from './anchor.js';
import { type EndorsementIdentity, type EndorsementKind, readEndorsement } from './endorsement.js';
import { isSignedBy, p384Key } from './keys.js';

const MALFORMED = 'snp-certificate-malformed';
const BASIC_CONSTRAINTS = '2.5.29.19';
/** SEQUENCE { BOOLEAN TRUE …: how every CA's basic constraints begin. */
const CA_TRUE = Uint8Array.of(0x01, 0x01, 0xff);

/** A VCEK or VLEK under a known root: the only thing a report's signature is verified with. */
export type VerifiedEndorsement = EndorsementIdentity & {
  readonly key: CryptoKey;
  readonly ark: Certificate;
  /** ASK or ASVK: with the ARK, what AMD's revocation list is about. */
  readonly intermediate: Certificate;
};

/**
 * Verifies the chain from the anchor's ARK through the ASK or ASVK to the key, all valid at `now`.
 *
 * @throws AttestationError `snp-certificate-missing`, `snp-certificate-malformed`, `snp-chain-mixed`,
 *   `snp-chain-not-yet-valid`, `snp-chain-expired`, `snp-chain-bad-signature`, `snp-product-mismatch`
 */
export async function verifyChain(
  table: CertificateTable,
  kind: EndorsementKind,
  anchor: Anchor,
  now: Date,
): Promise<VerifiedEndorsement> {
  const ark = parseCertificate(anchor.ark, MALFORMED);
  const intermediate = parseCertificate(table.ask ?? intermediateOf(anchor, kind), MALFORMED);
  const leaf = parseCertificate(requireEndorsement(table, kind), MALFORMED);
  requireIssued(intermediate, ark);
  requireIssued(leaf, intermediate);
  for (const certificate of [ark, intermediate, leaf]) requireValid(certificate, now);
  requireAuthority(intermediate);
  await requireSigned(ark, ark);
  await requireSigned(intermediate, ark);
  await requireSigned(leaf, intermediate);
  const identity = readEndorsement(leaf, kind);
  if (anchor.name !== 'simulated' && anchor.name !== identity.product) {
    throw new AttestationError(
      'snp-product-mismatch',
      `a ${identity.product} ${kind.toUpperCase()} under the root of ${anchor.name}`,
    );
  }
  return { ...identity, key: await p384Key(leaf), ark, intermediate };
}

function requireIssued(subject: Certificate, issuer: Certificate): void {
  if (!sameBytes(subject.issuer, issuer.subject)) {
    throw new AttestationError(
      'snp-chain-mixed',
      'a certificate of the chain names another issuer than the next one',
    );
  }
}

function requireValid({ notBefore, notAfter }: Certificate, now: Date): void {
  if (!(now >= notBefore)) {
    throw new AttestationError(
      'snp-chain-not-yet-valid',
      `a certificate is valid only from ${notBefore.toISOString()}`,
    );
  }
  if (!(now <= notAfter)) {
    throw new AttestationError(
      'snp-chain-expired',
      `a certificate was valid until ${notAfter.toISOString()}`,
    );
  }
}

function requireAuthority({ extensions }: Certificate): void {
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  if (!constraints || !sameBytes(constraints.subarray(2, 5), CA_TRUE)) {
    throw new AttestationError(MALFORMED, 'the ASK or ASVK is not a certificate authority');
  }
}

async function requireSigned(subject: Certificate, issuer: Certificate): Promise<void> {
  if (await isSignedBy(subject, issuer)) return;
  throw new AttestationError(
    'snp-chain-bad-signature',
    'a certificate is not signed by the next one of the chain',
  );
}
