/** The boot event log of this machine: the data of ACPI's table CCEL, where the firmware of a TD leaves it. */
import { readFile } from 'node:fs/promises';
import { AttestationError } from '../error.js';
import { trimEventLog } from '../tdx/index.js';

const CCEL_DATA = '/sys/firmware/acpi/tables/data/CCEL';

export interface BootLogOptions {
  readonly path?: string;
  readonly readFile?: (path: string) => Promise<Uint8Array>;
}

/**
 * Reads the log, without its padding, as evidence carries it.
 *
 * @returns undefined when this machine has none, as SEV-SNP guests have not
 * @throws AttestationError `tsm-failed` when it is there but cannot be read; `eventlog-…` when it is no log
 */
export async function readBootLog(options: BootLogOptions = {}): Promise<Uint8Array | undefined> {
  const { path = CCEL_DATA, readFile: read = readFile } = options;
  let bytes: Uint8Array;
  try {
    bytes = await read(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AttestationError('tsm-failed', `the boot event log ${path} cannot be read`, { cause });
  }
  return trimEventLog(new Uint8Array(bytes));
}
