import { sha384 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const PREFIX = utf8ToBytes('sotto-simulated-measurement-v1');

/**
 * The launch measurement that a simulated platform reports for a software made of `parts`:
 * `SHA-384("sotto-simulated-measurement-v1" ‖ SHA-384(part)…)`, 48 bytes.
 */
export function simulatedMeasurement(parts: readonly Uint8Array[]): Uint8Array {
  return sha384(concatBytes(PREFIX, ...parts.map((part) => sha384(part))));
}
