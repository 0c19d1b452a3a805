/**
 * What AMD certifies of the key that signs reports: a VCEK, of one chip, or a VLEK, of one cloud provider (AMD document
 * 57230, "VCEK Certificate and KDS Interface Specification", §3).
 */
import { ascii, byteInteger, DerError, DerReader, Tag } from '../der.js';
import { AttestationError } from '../error.js';
import type { Certificate } from '../x509.js';
import { productOfName, type SnpProduct, type TcbVersion } from './abi/index.js';

const AMD = '1.3.6.1.4.1.3704.1';
const OID = {
  productName: `${AMD}.2`,
  bootLoader: `${AMD}.3.1`,
  tee: `${AMD}.3.2`,
  snp: `${AMD}.3.3`,
  microcode: `${AMD}.3.8`,
  fmc: `${AMD}.3.9`,
  hwId: `${AMD}.4`,
  cspId: `${AMD}.5`,
} as const;
/** Turin's hardware ids are 8 bytes; the report's CHIP_ID holds them followed by zeros. */
const HW_ID_BYTES = { Milan: 64, Genoa: 64, Turin: 8 } as const;

/** The two kinds of keys that sign reports. */
export type EndorsementKind = 'vcek' | 'vlek';

interface Endorsed {
  readonly product: SnpProduct;
  readonly tcb: TcbVersion;
}

/** The machine that holds the key. */
export interface VcekIdentity extends Endorsed {
  readonly kind: 'vcek';
  readonly hwId: Uint8Array;
}

/** The cloud provider to whose machines AMD gave the key; it says nothing about which machine. */
export interface VlekIdentity extends Endorsed {
  readonly kind: 'vlek';
  /** The provider's name, as AMD writes it. */
  readonly cspId: string;
}

export type EndorsementIdentity = VcekIdentity | VlekIdentity;

/**
 * Reads the extensions of a VCEK or VLEK certificate whose chain has been verified.
 *
 * @throws AttestationError `snp-certificate-malformed`
 */
export function readEndorsement(certificate: Certificate, kind: EndorsementKind): EndorsementIdentity {
  try {
    const product = productOfName(text(certificate, OID.productName));
    if (!product) throw new DerError('unknown product name');
    const endorsed = { product, tcb: readTcb(certificate, product) };
    const other = kind === 'vcek' ? OID.cspId : OID.hwId;
    if (certificate.extensions.has(other))
      throw new DerError(`extension ${other} is of the other kind of key`);
    return kind === 'vcek'
      ? { kind, ...endorsed, hwId: hwId(certificate, HW_ID_BYTES[product]) }
      : { kind, ...endorsed, cspId: text(certificate, OID.cspId) };
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError(
      'snp-certificate-malformed',
      `the ${kind.toUpperCase()}'s extensions: ${cause.message}`,
      { cause },
    );
  }
}

function readTcb(certificate: Certificate, product: SnpProduct): TcbVersion {
  const part = (oid: string) => byteInteger(single(certificate, oid, Tag.integer));
  return {
    ...(product === 'Turin' ? { fmc: part(OID.fmc) } : {}),
    bootLoader: part(OID.bootLoader),
    tee: part(OID.tee),
    snp: part(OID.snp),
    microcode: part(OID.microcode),
  };
}

function text(certificate: Certificate, oid: string): string {
  return ascii(single(certificate, oid, Tag.ia5String).content);
}

function single(certificate: Certificate, oid: string, tag: number) {
  const reader = new DerReader(extension(certificate, oid));
  const element = reader.expect(tag);
  reader.end();
  return element;
}

/** AMD puts the id's bytes straight into extnValue, without a tag of their own. */
function hwId(certificate: Certificate, length: number): Uint8Array {
  const value = extension(certificate, OID.hwId);
  if (value.length !== length) throw new DerError(`hardware id of ${value.length} bytes`);
  return value;
}

function extension(certificate: Certificate, oid: string): Uint8Array {
  const value = certificate.extensions.get(oid);
  if (!value) throw new DerError(`extension ${oid} is missing`);
  return value;
}
