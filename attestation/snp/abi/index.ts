/** Bytes to typed values, and nothing else: no signature, no policy. */
export { productOfName, type SnpProduct } from './product.js';
export {
  productOfReport,
  readReport,
  type SigningKey,
  type SnpReport,
  splitReport,
  type UnverifiedReport,
} from './report.js';
export { type CertificateTable, readCertificateTable, writeCertificateTable } from './table.js';
export { sameTcb, type TcbVersion, tcbAtLeast, tcbText, writeTcb } from './tcb.js';
