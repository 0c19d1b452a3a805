/**
 * TDX collateral: everything Intel publishes that a verifier needs besides the quote, as one value that a server
 * staples to its evidence. Nobody has to trust the server for it: each part carries Intel's signature.
 *
 * Bytes: deterministic CBOR `{1: TCB info, 2: its signer, 3: QE identity, 4: its signer, 5: PCK CRL, 6: root CA CRL}`,
 * every value a byte string.
 */
import { type CborValue, decodeCbor, encodeCbor, WireError } from '../../../wire/index.js';
import { malformed } from './json.js';

export interface TdxCollateral {
  /** The body of Intel's answer to `/tdx/certification/v4/tcb`, exactly as it came: its signature is over its bytes. */
  readonly tcbInfo: Uint8Array;
  /** The certificate that it is signed with, DER. */
  readonly tcbInfoSigner: Uint8Array;
  /** The body of `/tdx/certification/v4/qe/identity`, exactly as it came. */
  readonly qeIdentity: Uint8Array;
  readonly qeIdentitySigner: Uint8Array;
  /** The revocation list of the PCK's authority, DER. */
  readonly pckCrl: Uint8Array;
  /** The revocation list of the root, DER. */
  readonly rootCrl: Uint8Array;
}

const FIELDS = ['tcbInfo', 'tcbInfoSigner', 'qeIdentity', 'qeIdentitySigner', 'pckCrl', 'rootCrl'] as const;
/** Today's is 10 KB; revocation lists grow. */
const MAX_COLLATERAL_BYTES = 4 * 1024 * 1024;

/** Encodes collateral for stapling. */
export function encodeTdxCollateral(collateral: TdxCollateral): Uint8Array {
  return encodeCbor(new Map(FIELDS.map((field, i) => [i + 1, collateral[field]])));
}

/**
 * Decodes stapled collateral, strictly; its parts are views.
 *
 * @throws AttestationError `tdx-collateral-malformed`
 */
export function decodeTdxCollateral(bytes: Uint8Array): TdxCollateral {
  if (bytes.length > MAX_COLLATERAL_BYTES) malformed(`${bytes.length} bytes are too many`);
  const map = decoded(bytes);
  if (!(map instanceof Map) || map.size !== FIELDS.length) return malformed('not a map of six parts');
  const part = (field: (typeof FIELDS)[number]): Uint8Array => {
    const value: unknown = map.get(FIELDS.indexOf(field) + 1);
    return value instanceof Uint8Array ? value : malformed(`${field} is missing`);
  };
  return {
    tcbInfo: part('tcbInfo'),
    tcbInfoSigner: part('tcbInfoSigner'),
    qeIdentity: part('qeIdentity'),
    qeIdentitySigner: part('qeIdentitySigner'),
    pckCrl: part('pckCrl'),
    rootCrl: part('rootCrl'),
  };
}

function decoded(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    return malformed(`not deterministic CBOR (${cause.code})`, cause);
  }
}
