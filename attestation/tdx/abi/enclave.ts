/** The SGX enclave report of the quoting enclave (Intel SDM volume 3D, §38.15 "REPORT"), 384 bytes. */
import { FieldReader } from './reader.js';

export interface EnclaveReport {
  readonly cpuSvn: Uint8Array;
  readonly miscSelect: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrEnclave: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

/**
 * Reads an enclave report. Call it on bytes whose signature has been verified.
 *
 * @throws AttestationError `tdx-quote-length`
 */
export function readEnclaveReport(bytes: Uint8Array): EnclaveReport {
  const reader = new FieldReader(bytes, 'tdx-quote-length');
  const cpuSvn = reader.bytes(16);
  const miscSelect = reader.bytes(4);
  reader.bytes(28);
  const attributes = reader.bytes(16);
  const mrEnclave = reader.bytes(32);
  reader.bytes(32);
  const mrSigner = reader.bytes(32);
  reader.bytes(96);
  const isvProdId = reader.u16();
  const isvSvn = reader.u16();
  reader.bytes(60);
  const reportData = reader.bytes(64);
  return { cpuSvn, miscSelect, attributes, mrEnclave, mrSigner, isvProdId, isvSvn, reportData };
}
