/** Writes crypto-agile event logs (TCG PC Client Platform Firmware Profile 1.06, §10.2) whose digests are of the data. */
import { createHash } from 'node:crypto';
import { join, little } from './quote.js';

export interface LogEvent {
  readonly register: number;
  readonly type: number;
  readonly data: Uint8Array;
  readonly algorithm?: number;
}

export interface LogHeader {
  readonly signature?: string;
  /** Identifier and size of each digest. */
  readonly algorithms?: readonly (readonly [number, number])[];
}

export function writeLog(events: readonly LogEvent[], header: LogHeader = {}): Uint8Array {
  const { signature = 'Spec ID Event03\0', algorithms = [[0x0c, 48]] } = header;
  const spec = join(
    new TextEncoder().encode(signature),
    Uint8Array.of(0, 0, 0, 0, 0, 2, 0, 2),
    little(algorithms.length, 4),
    ...algorithms.flatMap(([id, size]) => [little(id, 2), little(size, 2)]),
    Uint8Array.of(0),
  );
  const first = join(little(1, 4), little(3, 4), new Uint8Array(20), little(spec.length, 4), spec);
  return join(first, ...events.map(writeEvent));
}

function writeEvent({ register, type, data, algorithm = 0x0c }: LogEvent): Uint8Array {
  const digest = createHash('sha384').update(data).digest();
  return join(
    little(register, 4),
    little(type, 4),
    little(1, 4),
    little(algorithm, 2),
    digest,
    little(data.length, 4),
    data,
  );
}
