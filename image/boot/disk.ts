/** Where in the disk image its root is (UEFI 2.10, §5.3: GPT; the type is of the Discoverable Partitions Specification). */
import { closeSync, openSync, readSync } from 'node:fs';
import { ImageError } from '../error.js';
import { GPT_BYTES } from '../measure/gpt.js';
import { guidBytes } from '../measure/guid.js';

const ROOT_X86_64 = guidBytes('4f68bce3-e8cd-4db1-96e7-fbcaf984b709');
const SECTOR = 512;
const ENTRIES = 2 * SECTOR;
const ENTRY = 128;

/** In bytes. */
export interface Place {
  readonly start: number;
  readonly length: number;
}

/** Its first `GPT_BYTES`: up to the end of the partition table. */
export function startOfDisk(disk: string): Buffer {
  const bytes = Buffer.alloc(GPT_BYTES);
  const file = openSync(disk, 'r');
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  return bytes;
}

/** @throws ImageError `image-damaged` */
export function rootPartition(disk: string): Place {
  const bytes = startOfDisk(disk);
  for (let at = ENTRIES; at < bytes.length; at += ENTRY) {
    if (!bytes.subarray(at, at + ROOT_X86_64.length).equals(ROOT_X86_64)) continue;
    const [first, last] = [32, 40].map((field) => Number(bytes.readBigUInt64LE(at + field)));
    return { start: first! * SECTOR, length: (last! - first! + 1) * SECTOR };
  }
  throw new ImageError('image-damaged', 'The disk image has no root partition: build it again.');
}
