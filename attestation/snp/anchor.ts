/** Which root a certificate table claims to lead to. The claim is settled in chain.ts. */
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import { SIMULATED_ROOT } from '../simulated/root.js';
import { parseCertificate } from '../x509.js';
import type { CertificateTable, SnpProduct } from './abi/index.js';
import type { EndorsementKind } from './endorsement.js';
import { AMD_ROOTS } from './roots.js';

/** A root of trust, with the intermediates it is published with, each as DER. */
export interface Anchor {
  readonly name: SnpProduct | 'simulated';
  readonly ark: Uint8Array;
  /** Issues VCEKs. */
  readonly ask: Uint8Array;
  /** Issues VLEKs; the simulated platform has none. */
  readonly asvk?: Uint8Array;
}

/** The roots that are built in. */
export const ANCHORS: readonly Anchor[] = [
  { name: 'Milan', ...decoded(AMD_ROOTS.Milan) },
  { name: 'Genoa', ...decoded(AMD_ROOTS.Genoa) },
  { name: 'Turin', ...decoded(AMD_ROOTS.Turin) },
  { name: 'simulated', ark: fromBase64(SIMULATED_ROOT.ark), ask: fromBase64(SIMULATED_ROOT.ask) },
];

/**
 * The anchor of a table: the known root that is its ARK byte for byte, or, where the host left the ARK out, the one
 * whose intermediate is named as the key's issuer.
 *
 * @throws AttestationError `snp-unknown-root`, `snp-certificate-missing`, `snp-certificate-malformed`
 */
export function findAnchor(
  table: CertificateTable,
  kind: EndorsementKind,
  anchors: readonly Anchor[] = ANCHORS,
): Anchor {
  const key = requireEndorsement(table, kind);
  const anchor = table.ark ? byRoot(table.ark, anchors) : byIssuer(key, kind, anchors);
  if (!anchor) {
    throw new AttestationError(
      'snp-unknown-root',
      'the certificates lead to no AMD product root that we know',
    );
  }
  return anchor;
}

/**
 * The table's VCEK or VLEK.
 *
 * @throws AttestationError `snp-certificate-missing`
 */
export function requireEndorsement(table: CertificateTable, kind: EndorsementKind): Uint8Array {
  const key = table[kind];
  if (key) return key;
  throw new AttestationError(
    'snp-certificate-missing',
    `the host's certificate table holds no ${kind.toUpperCase()} certificate`,
  );
}

/**
 * The intermediate that issues that kind of key.
 *
 * @throws AttestationError `snp-certificate-missing` when the root has none
 */
export function intermediateOf({ name, ask, asvk }: Anchor, kind: EndorsementKind): Uint8Array {
  const intermediate = kind === 'vcek' ? ask : asvk;
  if (intermediate) return intermediate;
  throw new AttestationError('snp-certificate-missing', `the root of ${name} issues no VLEKs`);
}

function byRoot(ark: Uint8Array, anchors: readonly Anchor[]): Anchor | undefined {
  return anchors.find((anchor) => sameBytes(anchor.ark, ark));
}

function byIssuer(key: Uint8Array, kind: EndorsementKind, anchors: readonly Anchor[]): Anchor | undefined {
  const { issuer } = parseCertificate(key, 'snp-certificate-malformed');
  return anchors.find(({ ask, asvk }) => {
    const intermediate = kind === 'vcek' ? ask : asvk;
    return (
      intermediate !== undefined &&
      sameBytes(parseCertificate(intermediate, 'snp-certificate-malformed').subject, issuer)
    );
  });
}

function decoded({ ark, ask, asvk }: Record<'ark' | 'ask' | 'asvk', string>): Omit<Required<Anchor>, 'name'> {
  return { ark: fromBase64(ark), ask: fromBase64(ask), asvk: fromBase64(asvk) };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
