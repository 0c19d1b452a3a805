import { AttestationError } from '../error.js';
import type { Tsm } from './tsm.js';

/** Real-format reports under the published simulated root. */
export async function simulatedTsm(options: {
  readonly measurement: Uint8Array;
  readonly delayMs?: number;
}): Promise<Tsm> {
  throw new AttestationError('tsm-unavailable', `not yet, for ${options.measurement.length} bytes`);
}
