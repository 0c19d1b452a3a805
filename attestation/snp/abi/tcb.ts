import { AttestationError } from '../../error.js';
import type { SnpProduct } from './product.js';

/** Security version numbers of a platform's parts (56860 §2.2), 0 to 255 each. `fmc` exists from Turin on. */
export interface TcbVersion {
  readonly fmc?: number;
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

const PARTS = ['fmc', 'bootLoader', 'tee', 'snp', 'microcode'] as const;

/**
 * Reads a TCB_VERSION of 8 bytes, whose layout depends on the product (56860 §2.2).
 *
 * @throws AttestationError `snp-report-reserved` when a reserved byte is not zero
 */
export function readTcb(bytes: Uint8Array, product: SnpProduct): TcbVersion {
  const [b0, b1, b2, b3, b4, b5, b6, b7] = bytes as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const turin = product === 'Turin';
  if (turin ? b4 || b5 || b6 : b2 || b3 || b4 || b5) {
    throw new AttestationError(
      'snp-report-reserved',
      `a reserved byte of a ${product} TCB version is not zero`,
    );
  }
  return turin
    ? { fmc: b0, bootLoader: b1, tee: b2, snp: b3, microcode: b7 }
    : { bootLoader: b0, tee: b1, snp: b6, microcode: b7 };
}

/** The inverse of `readTcb`. */
export function writeTcb(tcb: TcbVersion, product: SnpProduct): Uint8Array {
  return product === 'Turin'
    ? Uint8Array.of(tcb.fmc ?? 0, tcb.bootLoader, tcb.tee, tcb.snp, 0, 0, 0, tcb.microcode)
    : Uint8Array.of(tcb.bootLoader, tcb.tee, 0, 0, 0, 0, tcb.snp, tcb.microcode);
}

/** True when every part of `tcb` is at least that of `minimum`. */
export function tcbAtLeast(tcb: TcbVersion, minimum: TcbVersion): boolean {
  return PARTS.every((part) => (tcb[part] ?? 0) >= (minimum[part] ?? 0));
}

/** True when all parts are the same. */
export function sameTcb(a: TcbVersion, b: TcbVersion): boolean {
  return PARTS.every((part) => a[part] === b[part]);
}

/** A TCB version for people: `bootLoader 2, tee 0, snp 5, microcode 68`. */
export function tcbText(tcb: TcbVersion): string {
  return PARTS.filter((part) => tcb[part] !== undefined)
    .map((part) => `${part} ${tcb[part]}`)
    .join(', ');
}
