/** Firmware for tests: as large as it must be, with the tables that OVMF has. */
import { guidBytes } from '../../../image/measure/guid.js';

export interface FirmwareParts {
  /** In bytes, whole pages. */
  readonly size?: number;
  /** SEV sections: address, bytes, kind. */
  readonly sections?: readonly (readonly [address: number, bytes: number, kind: number])[];
  /** Where the table of kernel hashes goes; 0 for a firmware that checks none. */
  readonly hashesAt?: number;
}

/** What edk2's OvmfPkg/AmdSev declares, at its addresses. */
export const AMD_SEV: FirmwareParts = {
  hashesAt: 0x80fc00,
  sections: [
    [0x800000, 0x9000, 1],
    [0x80a000, 0x3000, 1],
    [0x80d000, 0x1000, 2],
    [0x80e000, 0x1000, 3],
    [0x80f000, 0x1000, 16],
    [0x810000, 0x10000, 1],
  ],
};

export function testFirmware({ size = 0x8000, sections = [], hashesAt = 0 }: FirmwareParts = {}): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  const metadata = Buffer.alloc(16 + sections.length * 12);
  metadata.write('ASEV', 0, 'latin1');
  metadata.writeUInt32LE(metadata.length, 4);
  metadata.writeUInt32LE(1, 8);
  metadata.writeUInt32LE(sections.length, 12);
  for (const [i, section] of sections.entries()) {
    for (const [j, value] of section.entries()) metadata.writeUInt32LE(value, 16 + i * 12 + j * 4);
  }
  const metadataAt = 0x1000;
  metadata.copy(bytes, metadataAt);
  const entries = [
    entry('dc886566-984a-4798-a75e-5585a7bf67cc', uint32(size - metadataAt)),
    entry('7255371f-3a3b-4b04-927b-1da6efa8d454', Buffer.concat([uint32(hashesAt), uint32(0x400)])),
    entry('00f771de-1a7e-4fcb-890e-68c77e2fb44e', uint32(0x0080b004)),
  ];
  const length = entries.reduce((sum, { length }) => sum + length, 18);
  const footer = entry('96b582de-1fb2-45f7-baea-a366c55a082d', Buffer.alloc(0));
  footer.writeUInt16LE(length, 0);
  Buffer.concat([...entries, footer]).copy(bytes, size - 32 - length);
  return bytes;
}

/** Data, then length and GUID: the table is read backwards. */
function entry(guid: string, data: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(data.length + 18);
  return Buffer.concat([data, length, guidBytes(guid)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
