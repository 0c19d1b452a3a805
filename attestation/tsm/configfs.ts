import { AttestationError } from '../error.js';
import type { Tsm } from './tsm.js';

/** Reports from the kernel's configfs-tsm. */
export function configfsTsm(options: { readonly root?: string } = {}): Tsm {
  throw new AttestationError(
    'tsm-unavailable',
    `no TSM under ${options.root ?? '/sys/kernel/config/tsm/report'}`,
  );
}
