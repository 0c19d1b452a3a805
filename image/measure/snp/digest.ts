/**
 * The launch digest as the secure processor makes it, page by page (AMD document 56860, SEV Secure Nested Paging Firmware
 * ABI, §8.17.2: PAGE_INFO).
 */
import { createHash } from 'node:crypto';

export const PAGE_BYTES = 4096;
const DIGEST_BYTES = 48;
const PAGE_INFO_BYTES = 0x70;
const pageTypes = { normal: 1, vmsa: 2, zero: 3, secrets: 5, cpuid: 6 } as const;

export type PageType = keyof typeof pageTypes;

const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest();

export class LaunchDigest {
  #digest: Buffer = Buffer.alloc(DIGEST_BYTES);

  get value(): Buffer {
    return Buffer.from(this.#digest);
  }

  /** A page whose content is measured. */
  add(type: 'normal' | 'vmsa', address: bigint, content: Uint8Array): void {
    if (content.length !== PAGE_BYTES) throw new RangeError(`a page has ${PAGE_BYTES} bytes`);
    this.#extend(type, address, sha384(content));
  }

  /** A page of which only address and type are measured. */
  addEmpty(type: 'zero' | 'secrets' | 'cpuid', address: bigint): void {
    this.#extend(type, address, Buffer.alloc(DIGEST_BYTES));
  }

  #extend(type: PageType, address: bigint, contents: Buffer): void {
    const info = Buffer.alloc(PAGE_INFO_BYTES);
    this.#digest.copy(info, 0);
    contents.copy(info, DIGEST_BYTES);
    info.writeUInt16LE(PAGE_INFO_BYTES, 96);
    info.writeUInt8(pageTypes[type], 98);
    // IMI_PAGE and the permissions of VMPL 1 to 3 are zero.
    info.writeBigUInt64LE(address, 104);
    this.#digest = sha384(info);
  }
}
