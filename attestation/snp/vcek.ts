/** A VCEK certificate's extensions (AMD document 57230, "VCEK Certificate and KDS Interface Specification", §3). */
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
} as const;
/** Turin's hardware ids are 8 bytes; the report's CHIP_ID holds them followed by zeros. */
const HW_ID_BYTES = { Milan: 64, Genoa: 64, Turin: 8 } as const;

/** What a VCEK's certificate says about the machine that holds the key. */
export interface VcekIdentity {
  readonly product: SnpProduct;
  readonly tcb: TcbVersion;
  readonly hwId: Uint8Array;
}

/**
 * Reads the extensions of a VCEK certificate whose chain has been verified.
 *
 * @throws AttestationError `snp-certificate-malformed`
 */
export function readVcek(certificate: Certificate): VcekIdentity {
  try {
    const product = productOfName(ascii(single(certificate, OID.productName, Tag.ia5String).content));
    if (!product) throw new DerError('unknown product name');
    const part = (oid: string) => byteInteger(single(certificate, oid, Tag.integer));
    return {
      product,
      tcb: {
        ...(product === 'Turin' ? { fmc: part(OID.fmc) } : {}),
        bootLoader: part(OID.bootLoader),
        tee: part(OID.tee),
        snp: part(OID.snp),
        microcode: part(OID.microcode),
      },
      hwId: hwId(certificate, HW_ID_BYTES[product]),
    };
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError('snp-certificate-malformed', `the VCEK's extensions: ${cause.message}`, {
      cause,
    });
  }
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
