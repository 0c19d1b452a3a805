/** QEMU's CPU models of EPYC, by what CPUID leaf 1 says in EAX: a vCPU starts with that in RDX. */
import { MeasureError } from '../error.js';

const models: Readonly<Record<string, readonly [family: number, model: number, stepping: number]>> = {
  EPYC: [0x17, 0x01, 2],
  'EPYC-v4': [0x17, 0x01, 2],
  'EPYC-Rome': [0x17, 0x31, 0],
  'EPYC-Milan': [0x19, 0x01, 1],
  'EPYC-Genoa': [0x19, 0x11, 0],
  'EPYC-Turin': [0x1a, 0x00, 0],
};

/** @throws MeasureError `cpu-unknown` */
export function cpuSignature(name: string): number {
  const found = models[name];
  if (!found) {
    throw new MeasureError(
      'cpu-unknown',
      `There is no CPU model ${name}: one of ${Object.keys(models).join(', ')}.`,
    );
  }
  const [family, model, stepping] = found;
  return ((family - 0xf) << 20) | ((model >> 4) << 16) | (0xf << 8) | ((model & 0xf) << 4) | stepping;
}
