/** Which root a certificate table claims to lead to. The claim is settled in chain.ts. */
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import { SIMULATED_ROOT } from '../simulated/root.js';
import { parseCertificate } from '../x509.js';
import type { CertificateTable, SnpProduct } from './abi/index.js';
import { AMD_ROOTS } from './roots.js';

/** A root of trust, with the intermediate it is published with. */
export interface Anchor {
  readonly name: SnpProduct | 'simulated';
  readonly ark: Uint8Array;
  readonly ask: Uint8Array;
}

const ANCHORS: readonly Anchor[] = [
  { name: 'Milan', ...decoded(AMD_ROOTS.Milan) },
  { name: 'Genoa', ...decoded(AMD_ROOTS.Genoa) },
  { name: 'Turin', ...decoded(AMD_ROOTS.Turin) },
  { name: 'simulated', ...decoded(SIMULATED_ROOT) },
];

/**
 * The anchor of a table: the known root that is its ARK byte for byte, or, where the host left the ARK out, the one
 * whose intermediate is named as the VCEK's issuer.
 *
 * @throws AttestationError `snp-unknown-root`, `snp-certificate-missing`, `snp-certificate-malformed`,
 *   `snp-signing-key-unsupported`
 */
export function findAnchor(table: CertificateTable): Anchor {
  const anchor = table.ark ? byRoot(table.ark) : byIssuer(requireVcek(table));
  if (!anchor) {
    throw new AttestationError(
      'snp-unknown-root',
      'the certificates lead to no AMD product root that we know',
    );
  }
  return anchor;
}

/** The table's VCEK. */
export function requireVcek(table: CertificateTable): Uint8Array {
  if (table.vcek) return table.vcek;
  if (table.vlek) {
    throw new AttestationError(
      'snp-signing-key-unsupported',
      'the report is signed by a VLEK; only VCEKs are accepted',
    );
  }
  throw new AttestationError(
    'snp-certificate-missing',
    "the host's certificate table holds no VCEK certificate",
  );
}

function byRoot(ark: Uint8Array): Anchor | undefined {
  return ANCHORS.find((anchor) => sameBytes(anchor.ark, ark));
}

function byIssuer(vcek: Uint8Array): Anchor | undefined {
  const { issuer } = parseCertificate(vcek, 'snp-certificate-malformed');
  return ANCHORS.find(({ ask }) =>
    sameBytes(parseCertificate(ask, 'snp-certificate-malformed').subject, issuer),
  );
}

function decoded(root: { readonly ark: string; readonly ask: string }): Pick<Anchor, 'ark' | 'ask'> {
  return { ark: fromBase64(root.ark), ask: fromBase64(root.ask) };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
