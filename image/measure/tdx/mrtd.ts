/**
 * MRTD: what the TDX module hashes while QEMU builds a TD (Intel, TDX Module Base Architecture Specification, TDH.MEM.PAGE.ADD and
 * TDH.MR.EXTEND). KVM adds and extends page by page.
 */
import { createHash, type Hash } from 'node:crypto';
import type { TdxSection } from '../firmware/tdx.js';

const PAGE = 4096;
const CHUNK = 256;
const RECORD = 128;

/** @returns 48 bytes, as a quote states them */
export function mrtd(sections: readonly TdxSection[]): Buffer {
  const hash = createHash('sha384');
  for (const section of sections) {
    if (section.augmented) continue;
    const pages = Number(section.bytes / BigInt(PAGE));
    for (let i = 0; i < pages; i++) {
      const address = section.address + BigInt(i * PAGE);
      hash.update(record('MEM.PAGE.ADD', address));
      if (section.extended) extendPage(hash, address, section.content.subarray(i * PAGE, (i + 1) * PAGE));
    }
  }
  return hash.digest();
}

function extendPage(hash: Hash, address: bigint, content: Uint8Array): void {
  const page = Buffer.alloc(PAGE);
  page.set(content);
  for (let at = 0; at < PAGE; at += CHUNK) {
    hash.update(record('MR.EXTEND', address + BigInt(at)));
    hash.update(page.subarray(at, at + CHUNK));
  }
}

/** The operation's name in 16 bytes, then the address, then zeros. */
function record(operation: string, address: bigint): Buffer {
  const bytes = Buffer.alloc(RECORD);
  bytes.write(operation, 0, 'latin1');
  bytes.writeBigUInt64LE(address, 16);
  return bytes;
}
