/**
 * The page of hashes that QEMU puts into the guest with `kernel-hashes=on` (QEMU, target/i386/sev.c: PaddedSevHashTable), and
 * which firmware built as OvmfPkg/AmdSev holds kernel, initrd and command line against.
 */
import { createHash } from 'node:crypto';
import { guidBytes } from '../guid.js';
import { PAGE_BYTES } from './digest.js';

const TABLE = guidBytes('9438d606-4f22-4cc9-b479-a793d411fd21');
const COMMAND_LINE = guidBytes('97d02dd8-bd20-4c94-aa78-e7714d36ab2a');
const INITRD = guidBytes('44baf731-3a2f-4bd7-9af1-41e29169781d');
const KERNEL = guidBytes('4de79437-abd2-427f-b835-d5b172d2045b');
const HEADER = 18;
const HASH = 32;

/** What QEMU is given with -kernel, -initrd and -append. */
export interface DirectBoot {
  readonly kernel: Uint8Array;
  /** Empty without -initrd. */
  readonly initrd: Uint8Array;
  /** Empty without -append. */
  readonly commandLine: string;
}

/** @param offset of the table in its page, in bytes */
export function kernelHashesPage({ kernel, initrd, commandLine }: DirectBoot, offset: number): Buffer {
  const entries = [
    entry(COMMAND_LINE, Buffer.from(`${commandLine}\0`)),
    entry(INITRD, initrd),
    entry(KERNEL, kernel),
  ];
  const content = Buffer.concat([header(TABLE, HEADER + entries.length * (HEADER + HASH)), ...entries]);
  const page = Buffer.alloc(PAGE_BYTES);
  content.copy(page, offset);
  return page;
}

function entry(guid: Buffer, bytes: Uint8Array): Buffer {
  return Buffer.concat([header(guid, HEADER + HASH), createHash('sha256').update(bytes).digest()]);
}

function header(guid: Buffer, length: number): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16LE(length);
  return Buffer.concat([guid, size]);
}
