/** What OVMF says about its launch under SEV-SNP. */
import { MeasureError } from '../error.js';
import { guidBytes } from '../guid.js';
import { malformed, readFirmwareTable } from './table.js';

const key = (guid: string) => guidBytes(guid).toString('hex');
const METADATA = key('dc886566-984a-4798-a75e-5585a7bf67cc');
const KERNEL_HASHES = key('7255371f-3a3b-4b04-927b-1da6efa8d454');
const RESET_BLOCK = key('00f771de-1a7e-4fcb-890e-68c77e2fb44e');
const SIGNATURE = 'ASEV';
const HEADER = 16;
const SECTION = 12;
const PAGE = 4096;

/** What becomes of a section at launch (edk2, OvmfPkg/Include/WorkArea.h and SevMetadata). */
export type SnpSectionKind = 'memory' | 'secrets' | 'cpuid' | 'svsm-caa' | 'kernel-hashes';
const kinds: Readonly<Record<number, SnpSectionKind>> = {
  1: 'memory',
  2: 'secrets',
  3: 'cpuid',
  4: 'svsm-caa',
  16: 'kernel-hashes',
};

export interface SnpSection {
  readonly kind: SnpSectionKind;
  /** Guest-physical, on a page's boundary. */
  readonly address: number;
  readonly pages: number;
}

export interface SnpFirmware {
  readonly bytes: Buffer;
  readonly sections: readonly SnpSection[];
  /** Where the table of hashes goes, guest-physical; absent when this firmware checks no kernel. */
  readonly kernelHashesAt: number | undefined;
  /** Where vCPUs other than the first begin. */
  readonly apEip: number;
}

/** @throws MeasureError `firmware-malformed`, `firmware-no-snp` */
export function readSnpFirmware(bytes: Buffer): SnpFirmware {
  const table = readFirmwareTable(bytes);
  const metadata = table.get(METADATA);
  const reset = table.get(RESET_BLOCK);
  if (!metadata || !reset) {
    throw new MeasureError('firmware-no-snp', 'This firmware is not made for SEV-SNP: take a newer OVMF.');
  }
  const at = bytes.length - metadata.readUInt32LE(0);
  if (at < 0 || at + HEADER > bytes.length || bytes.toString('latin1', at, at + 4) !== SIGNATURE) {
    throw malformed('its SEV metadata is not where its table says');
  }
  const count = bytes.readUInt32LE(at + 12);
  const sections: SnpSection[] = [];
  for (let i = 0; i < count; i++) {
    const entry = at + HEADER + i * SECTION;
    if (entry + SECTION > bytes.length) throw malformed('its SEV metadata is cut off');
    const address = bytes.readUInt32LE(entry);
    const size = bytes.readUInt32LE(entry + 4);
    const kind = kinds[bytes.readUInt32LE(entry + 8)];
    if (!kind)
      throw malformed(`section ${i} of its SEV metadata is of a kind that this version does not know`);
    if (address % PAGE || size % PAGE)
      throw malformed(`section ${i} of its SEV metadata is not of whole pages`);
    sections.push({ kind, address, pages: size / PAGE });
  }
  const hashes = table.get(KERNEL_HASHES);
  const base = hashes && hashes.length >= 4 ? hashes.readUInt32LE(0) : 0;
  return {
    bytes,
    sections,
    kernelHashesAt: base === 0 ? undefined : base,
    apEip: reset.readUInt32LE(0),
  };
}
