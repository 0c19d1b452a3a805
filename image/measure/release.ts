/** What a release is and how it measures, before it was ever started: the measurements of a release's manifest. */

import { type BootedImage, extended, kernelEvents, loaderEvents, stubEvents } from './boot-events.js';
import { readSnpFirmware } from './firmware/snp.js';
import { readTdxSections } from './firmware/tdx.js';
import { snpLaunchDigest } from './snp/launch.js';
import { mrtd } from './tdx/mrtd.js';

const CPUS = ['EPYC-Milan', 'EPYC-Genoa', 'EPYC-Turin'];
const VCPUS = [1, 2, 4, 8, 16, 32, 64];

export interface SnpMeasurement {
  readonly cpu: string;
  readonly vcpus: number;
  readonly launchDigest: string;
}

export interface TdxMeasurement {
  readonly mrtd: string;
  /** Depends on the memory's size and on the ACPI tables, which are the host's: nothing until a host's is given. */
  readonly rtmr0: string | undefined;
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly rtmr3: string;
}

/**
 * For QEMU's direct boot of the unified kernel image, with `kernel-hashes=on`.
 *
 * @returns nothing when the firmware does not check kernels: its measurement would say nothing of the image
 * @throws MeasureError `firmware-malformed`, `firmware-no-snp`
 */
export function measureSnp(firmwareBytes: Buffer, uki: Buffer): SnpMeasurement[] {
  const firmware = readSnpFirmware(firmwareBytes);
  const checks =
    firmware.kernelHashesAt !== undefined && firmware.sections.some(({ kind }) => kind === 'kernel-hashes');
  if (!checks) return [];
  const boot = { kernel: uki, initrd: Buffer.alloc(0), commandLine: '' };
  return CPUS.flatMap((cpu) =>
    VCPUS.map((vcpus) => ({
      cpu,
      vcpus,
      launchDigest: snpLaunchDigest({ firmware, cpu, vcpus, boot }).toString('hex'),
    })),
  );
}

/**
 * For a TD of QEMU's that boots from the image's disk.
 *
 * @param rtmr0 the host's, in hexadecimal
 * @throws MeasureError `firmware-malformed`, `firmware-no-tdx`, `kernel-image-malformed`, `disk-malformed`
 */
export function measureTdx(firmware: Buffer, image: BootedImage, rtmr0?: string): TdxMeasurement {
  const loader = loaderEvents(image, 'sha384');
  const loaded = [...stubEvents(image, 'sha384'), ...kernelEvents(image, 'sha384')];
  return {
    mrtd: mrtd(readTdxSections(firmware)).toString('hex'),
    rtmr0,
    rtmr1: extended(loader, 'sha384').toString('hex'),
    rtmr2: extended(loaded, 'sha384').toString('hex'),
    rtmr3: Buffer.alloc(48).toString('hex'),
  };
}
