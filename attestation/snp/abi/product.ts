/** AMD product lines with SEV-SNP, named as the key distribution service and the VCEK name them (57230 §3). */
export type SnpProduct = 'Milan' | 'Genoa' | 'Turin';

/** CPUID family, model and stepping of the machine; in reports from version 3 on (56860 §7.3). */
export interface CpuId {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/** The product line of a CPU, or undefined when it is none that we know. Bergamo and Siena count as Genoa. */
export function productOfCpu({ family, model }: CpuId): SnpProduct | undefined {
  if (family === 0x19 && model <= 0x0f) return 'Milan';
  if (family === 0x19 && (isIn(model, 0x10, 0x1f) || isIn(model, 0xa0, 0xaf))) return 'Genoa';
  if (family === 0x1a && model <= 0x11) return 'Turin';
  return undefined;
}

/** The product line of a VCEK's product name: `Milan-B0`, `Genoa-B1`, `Turin-C1`, or without a stepping. */
export function productOfName(name: string): SnpProduct | undefined {
  const line = name.split('-')[0];
  return line === 'Milan' || line === 'Genoa' || line === 'Turin' ? line : undefined;
}

function isIn(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
