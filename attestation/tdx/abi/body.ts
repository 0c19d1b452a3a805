/** The inside of a TDX quote: header and TD report, every field. Names are the specification's. */
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import { readAttributes, type TdAttributes } from './attributes.js';
import { BODY_BYTES, DESCRIPTOR_BYTES, HEADER_BYTES } from './quote.js';
import { FieldReader } from './reader.js';

/** 939a7233-f79c-4ca9-940a-0db3957f0607: Intel's quoting enclave. */
const INTEL_QE_VENDOR = Uint8Array.of(
  ...[0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07],
);

/** What TD 1.5 added to the report. */
interface Td15Fields {
  /** TEE_TCB_SVN_2: of the TDX module that runs now, which a TD-preserving update may have replaced. */
  readonly teeTcbSvn2: Uint8Array;
  /** Hash of the service TDs (migration TDs) bound to this TD; zeros when there are none. */
  readonly mrServiceTd: Uint8Array;
}

/** Every field of a quote's header and body. */
export interface TdQuote {
  readonly version: 4 | 5;
  readonly attestationKeyType: number;
  readonly teeType: number;
  /** Header bytes 8 to 12: reserved in version 4 and 5, SVNs of QE and PCE in earlier ones. Nothing is decided by them. */
  readonly headerReserved: Uint8Array;
  readonly qeVendorId: Uint8Array;
  readonly userData: Uint8Array;
  readonly body: 'td10' | 'td15';
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: bigint;
  readonly attributes: TdAttributes;
  readonly xfam: bigint;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmrs: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  readonly reportData: Uint8Array;
  /** In a TD 1.5 body only. */
  readonly td15?: Td15Fields;
}

/**
 * Reads the signed part of a quote. Call it on bytes whose signature has been verified.
 *
 * @throws AttestationError `tdx-quote-vendor` when the quoting enclave is not Intel's; `tdx-quote-length`
 */
export function readTdQuote(signed: Uint8Array): TdQuote {
  const reader = new FieldReader(signed, 'tdx-quote-length');
  const copy = (length: number) => reader.bytes(length).slice();
  const version = reader.u16() as TdQuote['version'];
  const attestationKeyType = reader.u16();
  const teeType = reader.u32();
  const headerReserved = copy(4);
  const qeVendorId = copy(16);
  if (!sameBytes(qeVendorId, INTEL_QE_VENDOR)) {
    throw new AttestationError('tdx-quote-vendor', "the quote was not made by Intel's quoting enclave");
  }
  const userData = copy(20);
  if (version === 5) reader.bytes(DESCRIPTOR_BYTES);
  const body = bodyOf(signed.length, version);
  const teeTcbSvn = copy(16);
  const mrSeam = copy(48);
  const mrSignerSeam = copy(48);
  const seamAttributes = reader.u64();
  const attributes = readAttributes(reader.u64());
  const xfam = reader.u64();
  return {
    version,
    attestationKeyType,
    teeType,
    headerReserved,
    qeVendorId,
    userData,
    body,
    teeTcbSvn,
    mrSeam,
    mrSignerSeam,
    seamAttributes,
    attributes,
    xfam,
    mrTd: copy(48),
    mrConfigId: copy(48),
    mrOwner: copy(48),
    mrOwnerConfig: copy(48),
    rtmrs: [copy(48), copy(48), copy(48), copy(48)],
    reportData: copy(64),
    ...(body === 'td15' ? { td15: { teeTcbSvn2: copy(16), mrServiceTd: copy(48) } } : {}),
  };
}

function bodyOf(length: number, version: number): TdQuote['body'] {
  const size = length - HEADER_BYTES - (version === 5 ? DESCRIPTOR_BYTES : 0);
  if (size === BODY_BYTES.td10) return 'td10';
  if (size === BODY_BYTES.td15 && version === 5) return 'td15';
  throw new AttestationError('tdx-quote-length', `a quote body of ${size} bytes is of no known kind`);
}
