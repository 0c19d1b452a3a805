/** What OVMF says about its launch under TDX (Intel, TDX Virtual Firmware Design Guide, §11.2: TDVF metadata). */
import { MeasureError } from '../error.js';
import { guidBytes } from '../guid.js';
import { malformed, readFirmwareTable } from './table.js';

const METADATA = guidBytes('e47a6535-984a-4798-865e-4685a7bf8ec2').toString('hex');
const SIGNATURE = 'TDVF';
const HEADER = 16;
const SECTION = 32;
const PAGE = 4096;

export type TdxSectionKind =
  | 'boot-volume'
  | 'configuration-volume'
  | 'td-hob'
  | 'temporary-memory'
  | 'permanent-memory';
const kinds: readonly TdxSectionKind[] = [
  'boot-volume',
  'configuration-volume',
  'td-hob',
  'temporary-memory',
  'permanent-memory',
];

export interface TdxSection {
  readonly kind: TdxSectionKind;
  /** In the firmware's file; empty for memory. */
  readonly content: Buffer;
  /** Guest-physical, on a page's boundary. */
  readonly address: bigint;
  readonly bytes: bigint;
  /** Whether its content goes into MRTD. */
  readonly extended: boolean;
  /** Whether its pages are added later than at launch, and are in no measurement. */
  readonly augmented: boolean;
}

/** @throws MeasureError `firmware-malformed`, `firmware-no-tdx` */
export function readTdxSections(firmware: Buffer): readonly TdxSection[] {
  const offset = readFirmwareTable(firmware).get(METADATA);
  if (!offset) {
    throw new MeasureError('firmware-no-tdx', 'This firmware is not made for TDX: take a newer OVMF.');
  }
  const at = firmware.length - offset.readUInt32LE(0);
  if (at < 0 || at + HEADER > firmware.length || firmware.toString('latin1', at, at + 4) !== SIGNATURE) {
    throw malformed('its TDVF metadata is not where its table says');
  }
  const count = firmware.readUInt32LE(at + 12);
  if (at + HEADER + count * SECTION > firmware.length) throw malformed('its TDVF metadata is cut off');
  return Array.from({ length: count }, (_, i) => section(firmware, at + HEADER + i * SECTION, i));
}

function section(firmware: Buffer, at: number, i: number): TdxSection {
  const dataOffset = firmware.readUInt32LE(at);
  const dataSize = firmware.readUInt32LE(at + 4);
  const address = firmware.readBigUInt64LE(at + 8);
  const bytes = firmware.readBigUInt64LE(at + 16);
  const kind = kinds[firmware.readUInt32LE(at + 24)];
  const attributes = firmware.readUInt32LE(at + 28);
  if (!kind)
    throw malformed(`section ${i} of its TDVF metadata is of a kind that this version does not know`);
  if (address % BigInt(PAGE) || bytes % BigInt(PAGE)) {
    throw malformed(`section ${i} of its TDVF metadata is not of whole pages`);
  }
  if (dataOffset + dataSize > firmware.length || BigInt(dataSize) > bytes) {
    throw malformed(`section ${i} of its TDVF metadata has more content than there is`);
  }
  return {
    kind,
    content: firmware.subarray(dataOffset, dataOffset + dataSize),
    address,
    bytes,
    extended: (attributes & 1) !== 0,
    augmented: (attributes & 2) !== 0,
  };
}
