/** What Intel certifies in a PCK certificate about its machine: the SGX extensions ("Intel SGX PCK Certificate and CRL Profile", §1.3.5). */
import { type DerElement, DerError, DerReader, dottedOid, Tag, unsignedInteger } from '../../der.js';
import { AttestationError } from '../../error.js';
import type { ChainCertificate } from './certificate.js';

const SGX_EXTENSIONS = '1.2.840.113741.1.13.1';
const OID_TCB = `${SGX_EXTENSIONS}.2`;
const OID_PCE_ID = `${SGX_EXTENSIONS}.3`;
const OID_FMSPC = `${SGX_EXTENSIONS}.4`;
const OID_PCE_SVN = `${OID_TCB}.17`;
const OID_CPU_SVN = `${OID_TCB}.18`;
const COMPONENTS = 16;
const PCE_ID_BYTES = 2;
const FMSPC_BYTES = 6;
const CPU_SVN_BYTES = 16;

/** The machine that a PCK certificate was issued for, and the patch level it was issued at. */
export interface PckPlatform {
  /** Family, model, stepping, platform and custom SKU, 6 bytes: which TCB info applies. */
  readonly fmspc: Uint8Array;
  /** Which provisioning certification enclave, 2 bytes. */
  readonly pceId: Uint8Array;
  /** SVNs of the 16 SGX TCB components. */
  readonly components: readonly number[];
  readonly pceSvn: number;
  /** The raw CPUSVN, 16 bytes, from which Intel made the components. */
  readonly cpuSvn: Uint8Array;
}

/** @throws AttestationError `tdx-pck-extension` when they are missing or not as specified */
export function readPckPlatform({ extensions }: ChainCertificate): PckPlatform {
  const extension = extensions.get(SGX_EXTENSIONS);
  try {
    if (!extension) throw new DerError('there are none');
    const entries = readEntries(extension);
    const tcb = readEntries(entryOf(entries, OID_TCB).whole);
    const components = Array.from({ length: COMPONENTS }, (_, i) =>
      smallInteger(entryOf(tcb, `${OID_TCB}.${i + 1}`), 1),
    );
    return {
      fmspc: octets(entryOf(entries, OID_FMSPC), FMSPC_BYTES),
      pceId: octets(entryOf(entries, OID_PCE_ID), PCE_ID_BYTES),
      components,
      pceSvn: smallInteger(entryOf(tcb, OID_PCE_SVN), 2),
      cpuSvn: octets(entryOf(tcb, OID_CPU_SVN), CPU_SVN_BYTES),
    };
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError('tdx-pck-extension', `the PCK's SGX extensions: ${cause.message}`, { cause });
  }
}

/** SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, value }, no identifier twice. */
function readEntries(sequence: Uint8Array): ReadonlyMap<string, DerElement> {
  const outer = new DerReader(sequence);
  const list = outer.enter(Tag.sequence);
  outer.end();
  const entries = new Map<string, DerElement>();
  while (!list.done) {
    const entry = list.enter(Tag.sequence);
    const oid = dottedOid(entry.expect(Tag.oid));
    if (entries.has(oid)) throw new DerError(`${oid} twice`);
    entries.set(oid, entry.next());
    entry.end();
  }
  return entries;
}

function entryOf(entries: ReadonlyMap<string, DerElement>, oid: string): DerElement {
  const entry = entries.get(oid);
  if (!entry) throw new DerError(`${oid} is missing`);
  return entry;
}

function octets(element: DerElement, length: number): Uint8Array {
  if (element.tag !== Tag.octetString || element.content.length !== length) {
    throw new DerError(`not ${length} octets`);
  }
  return element.content;
}

/** An INTEGER that fits into so many bytes. */
function smallInteger(element: DerElement, bytes: number): number {
  if (element.tag !== Tag.integer) throw new DerError('not an integer');
  const digits = unsignedInteger(element);
  if (digits.length > bytes) throw new DerError(`an integer of more than ${bytes} bytes`);
  return digits.reduce((value, digit) => value * 256 + digit, 0);
}
