/**
 * The state in which QEMU and KVM start a vCPU: its VMCB save area (AMD64 Architecture Programmer's Manual, volume 2, table
 * B-4), a page that is measured.
 */
import { PAGE_BYTES } from './digest.js';

/** Only "SNP active": no other feature is asked for. */
const SEV_FEATURES = 1n;
const DATA_SEGMENT = 0x93;

/** @param eip where the vCPU begins; @param signature what RDX holds */
export function vcpuState(eip: number, signature: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  const segment = (at: number, selector: number, attributes: number, base = 0) => {
    page.writeUInt16LE(selector, at);
    page.writeUInt16LE(attributes, at + 2);
    page.writeUInt32LE(0xffff, at + 4);
    page.writeBigUInt64LE(BigInt(base), at + 8);
  };
  const quad = (at: number, value: bigint) => page.writeBigUInt64LE(value, at);
  segment(0x00, 0, DATA_SEGMENT); // ES
  segment(0x10, 0xf000, 0x9b, (eip & 0xffff0000) >>> 0); // CS
  for (const at of [0x20, 0x30, 0x40, 0x50]) segment(at, 0, DATA_SEGMENT); // SS, DS, FS, GS
  segment(0x60, 0, 0); // GDTR
  segment(0x70, 0, 0x82); // LDTR
  segment(0x80, 0, 0); // IDTR
  segment(0x90, 0, 0x8b); // TR
  quad(0x0d0, 0x1000n); // EFER: SVME, which KVM sets
  quad(0x148, 0x40n); // CR4: MCE, which KVM sets
  quad(0x158, 0x10n); // CR0
  quad(0x160, 0x400n); // DR7
  quad(0x168, 0xffff0ff0n); // DR6
  quad(0x170, 0x2n); // RFLAGS
  quad(0x178, BigInt(eip & 0xffff)); // RIP
  quad(0x268, 0x0007040600070406n); // G_PAT
  quad(0x310, BigInt(signature)); // RDX
  quad(0x3b0, SEV_FEATURES);
  quad(0x3e8, 1n); // XCR0: x87
  page.writeUInt32LE(0x1f80, 0x408); // MXCSR
  page.writeUInt16LE(0x37f, 0x410); // x87 control word
  return page;
}
