/** The launch digest of a guest that QEMU starts under SEV-SNP, before it is started. */
import { MeasureError } from '../error.js';
import type { SnpFirmware } from '../firmware/snp.js';
import { cpuSignature } from './cpu.js';
import { LaunchDigest, PAGE_BYTES } from './digest.js';
import { type DirectBoot, kernelHashesPage } from './kernel-hashes.js';
import { vcpuState } from './vmsa.js';

const FOUR_GIB = 1n << 32n;
/** Where the firmware measures vCPUs' states: the highest page of 48 bits. */
const VMSA_ADDRESS = 0xfffffffff000n;
const RESET_VECTOR = 0xfffffff0;
const MOST_VCPUS = 512;

export interface SnpLaunch {
  readonly firmware: SnpFirmware;
  /** QEMU's name of the CPU model. */
  readonly cpu: string;
  readonly vcpus: number;
  /** With `kernel-hashes=on`; absent when the firmware finds what to boot itself. */
  readonly boot?: DirectBoot;
}

/**
 * @returns 48 bytes, as a report states them
 * @throws MeasureError `cpu-unknown`, `vcpus-out-of-range`, `firmware-no-kernel-hashes`
 */
export function snpLaunchDigest({ firmware, cpu, vcpus, boot }: SnpLaunch): Buffer {
  if (!Number.isInteger(vcpus) || vcpus < 1 || vcpus > MOST_VCPUS) {
    throw new MeasureError('vcpus-out-of-range', `A guest has 1 to ${MOST_VCPUS} vCPUs, not ${vcpus}.`);
  }
  const signature = cpuSignature(cpu);
  const digest = new LaunchDigest();
  addFirmware(digest, firmware.bytes);
  addSections(digest, firmware, boot);
  for (let i = 0; i < vcpus; i++) {
    digest.add('vmsa', VMSA_ADDRESS, vcpuState(i === 0 ? RESET_VECTOR : firmware.apEip, signature));
  }
  return digest.value;
}

function addFirmware(digest: LaunchDigest, bytes: Buffer): void {
  const start = FOUR_GIB - BigInt(bytes.length);
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
    digest.add('normal', start + BigInt(at), bytes.subarray(at, at + PAGE_BYTES));
  }
}

function addSections(digest: LaunchDigest, firmware: SnpFirmware, boot: DirectBoot | undefined): void {
  const { sections, kernelHashesAt } = firmware;
  const has = sections.some(({ kind }) => kind === 'kernel-hashes');
  if (boot && !(has && kernelHashesAt !== undefined)) {
    throw new MeasureError(
      'firmware-no-kernel-hashes',
      'This firmware has no page for hashes, so its measurement says nothing of the kernel: take an OVMF that was built as OvmfPkg/AmdSev.',
    );
  }
  for (const { kind, address, pages } of sections) {
    for (let i = 0; i < pages; i++) {
      const at = BigInt(address + i * PAGE_BYTES);
      if (kind === 'secrets' || kind === 'cpuid') digest.addEmpty(kind, at);
      else if (kind === 'kernel-hashes' && boot && kernelHashesAt !== undefined) {
        digest.add('normal', at, kernelHashesPage(boot, kernelHashesAt % PAGE_BYTES));
      } else digest.addEmpty('zero', at);
    }
  }
}
