/** Reads verdicts, for tests. */
import type { Check } from '../../../attestation/verdict.js';

/** `name: code` of the checks that failed, without those that were merely not reached. */
export function failures({ checks }: { readonly checks: readonly Check[] }): string[] {
  return checks
    .filter((check) => !check.ok && check.code !== 'not-checked')
    .map((check) => `${check.name}: ${check.code}`);
}

/** The same bytes with one bit of one byte flipped. */
export function flipped(bytes: Uint8Array, offset: number, bit = 0): Uint8Array {
  return bytes.with(offset, bytes[offset]! ^ (1 << bit));
}

/** The code that a call refuses with. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'accepted';
}
