/**
 * The certificate table that the host hands to the guest with a report (AMD document 56421, GHCB §4.1.8.1): entries
 * of GUID, offset and length, ended by an entry of zeros, then the certificates as DER. The host wrote it, so
 * nothing in it is trusted; certificates are found by GUID and verified afterwards.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { AttestationError } from '../../error.js';

const ENTRY_BYTES = 24;
const MAX_ENTRIES = 16;
const MAX_TABLE_BYTES = 256 * 1024;

const GUIDS = {
  vcek: '63da758de6644564adc5f4b93be8accd',
  vlek: 'a8074bc2a25a483eaae639c045a0b8a1',
  ask: '4ab7b379bbac4fe4a02f05aef327c782',
  ark: 'c0b406a4a803495297433fb6014cd0ae',
} as const;
const NAMES = Object.keys(GUIDS) as (keyof typeof GUIDS)[];

/** The certificates of a table that we know how to name, each as DER. */
export type CertificateTable = { readonly [name in keyof typeof GUIDS]?: Uint8Array };

/**
 * Reads a certificate table; entries with other GUIDs are passed over.
 *
 * @throws AttestationError `snp-table-malformed`
 */
export function readCertificateTable(bytes: Uint8Array): CertificateTable {
  if (bytes.length > MAX_TABLE_BYTES) malformed(`has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: { guid: string; offset: number; length: number }[] = [];
  let at = 0;
  for (; ; at += ENTRY_BYTES) {
    if (at + ENTRY_BYTES > bytes.length) malformed('has no end');
    const entry = bytes.subarray(at, at + ENTRY_BYTES);
    if (entry.every((byte) => byte === 0)) break;
    if (entries.length === MAX_ENTRIES) malformed(`has more than ${MAX_ENTRIES} entries`);
    const guid = bytesToHex(entry.subarray(0, 16));
    entries.push({ guid, offset: view.getUint32(at + 16, true), length: view.getUint32(at + 20, true) });
  }
  const found = new Map<string, Uint8Array>();
  for (const { guid, offset, length } of entries) {
    if (offset < at + ENTRY_BYTES || offset + length > bytes.length) malformed('points outside of itself');
    if (found.has(guid)) malformed('names a certificate twice');
    found.set(guid, bytes.subarray(offset, offset + length));
  }
  const named = NAMES.map((name) => [name, found.get(GUIDS[name])] as const);
  return Object.fromEntries(named.filter(([, certificate]) => certificate));
}

/** Writes a table in the same format: what a host, or its simulation, hands out. */
export function writeCertificateTable(table: CertificateTable): Uint8Array {
  const names = NAMES.filter((name) => table[name]);
  let offset = (names.length + 1) * ENTRY_BYTES;
  const size = names.reduce((sum, name) => sum + table[name]!.length, offset);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  names.forEach((name, i) => {
    const certificate = table[name]!;
    bytes.set(hexToBytes(GUIDS[name]), i * ENTRY_BYTES);
    view.setUint32(i * ENTRY_BYTES + 16, offset, true);
    view.setUint32(i * ENTRY_BYTES + 20, certificate.length, true);
    bytes.set(certificate, offset);
    offset += certificate.length;
  });
  return bytes;
}

function malformed(how: string): never {
  throw new AttestationError('snp-table-malformed', `the host's certificate table ${how}`);
}
