/** The partition table as firmware measures it (TCG PC Client Platform Firmware Profile 1.06, §10.2.6: UEFI_GPT_DATA). */
import { MeasureError } from './error.js';

const SECTOR = 512;
const HEADER = 92;
const TYPE_GUID = 16;

/**
 * @param start the disk from its first byte to the end of its first partition table
 * @throws MeasureError `disk-malformed`
 */
export function gptEvent(start: Buffer): Buffer {
  const header = start.subarray(SECTOR, SECTOR + HEADER);
  if (header.length < HEADER || header.toString('latin1', 0, 8) !== 'EFI PART') {
    throw new MeasureError('disk-malformed', 'The disk image has no GPT: build it again.');
  }
  const at = Number(header.readBigUInt64LE(72)) * SECTOR;
  const count = header.readUInt32LE(80);
  const size = header.readUInt32LE(84);
  if (at + count * size > start.length)
    throw new MeasureError('disk-malformed', 'The disk image is cut off.');
  const entries = Array.from({ length: count }, (_, i) =>
    start.subarray(at + i * size, at + (i + 1) * size),
  ).filter((entry) => entry.subarray(0, TYPE_GUID).some((byte) => byte !== 0));
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(BigInt(entries.length));
  return Buffer.concat([header, number, ...entries]);
}

/** How much of a disk `gptEvent` has to see: protective MBR, header, 128 entries. */
export const GPT_BYTES = SECTOR * 2 + 128 * 128;
