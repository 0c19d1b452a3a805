/** The event log that firmware keeps beside a TPM, read from the memory of a guest of QEMU's. */
import { closeSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface TpmEvent {
  readonly pcr: number;
  readonly type: number;
  /** By TCG's number of the algorithm: 11 is SHA-256, 12 is SHA-384. */
  readonly digests: ReadonlyMap<number, Buffer>;
}

const SPEC_ID = Buffer.from('Spec ID Event03\0');
/** PCR, type, SHA-1 and length of the event that the log begins with. */
const BEFORE_SPEC_ID = 32;
const SIZES = new Map([
  [4, 20],
  [11, 32],
  [12, 48],
  [13, 64],
]);
const NO_ACTION = 3;
const MOST_LOG_BYTES = 2 ** 20;
const STEP = 2 ** 26;

/** Has QEMU write the first bytes of its guest's memory into a file, over its control socket. */
export async function saveMemory(control: string, bytes: number, file: string): Promise<void> {
  const socket = connect(control);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('QEMU has closed its control socket');
      const message = JSON.parse(value) as { readonly return?: object; readonly error?: { desc: string } };
      if (message.error) throw new Error(message.error.desc);
      if (message.return) return;
    }
  };
  const execute = (command: string, args: object = {}) => {
    socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    return answer();
  };
  await execute('qmp_capabilities');
  await execute('pmemsave', { val: 0, size: bytes, filename: file });
  socket.destroy();
}

/** The longest log that is in a file of memory. @throws Error when there is none */
export function findLog(file: string, bytes: number): TpmEvent[] {
  let longest: TpmEvent[] = [];
  const memory = openSync(file, 'r');
  const buffer = Buffer.alloc(STEP + MOST_LOG_BYTES);
  for (let at = 0; at < bytes; at += STEP) {
    const length = readSync(memory, buffer, 0, buffer.length, at);
    const piece = buffer.subarray(0, length);
    for (let found = piece.indexOf(SPEC_ID); found >= 0 && found < STEP; ) {
      const events = parse(Buffer.from(piece.subarray(found)));
      if (events.length > longest.length) longest = events;
      found = piece.indexOf(SPEC_ID, found + 1);
    }
  }
  closeSync(memory);
  if (longest.length === 0) throw new Error('there is no event log in the memory');
  return longest;
}

/** TCG_PCR_EVENT2 one after another (TCG PC Client Platform Firmware Profile 1.06, §10), until what is none. */
function parse(log: Buffer): TpmEvent[] {
  const events: TpmEvent[] = [];
  const algorithms = log.readUInt32LE(24);
  if (algorithms === 0 || algorithms > SIZES.size) return events;
  let at = 28 + 4 * algorithms;
  at += 1 + log.readUInt8(at);
  for (;;) {
    const [pcr, type] = [log.readUInt32LE(at), log.readUInt32LE(at + 4)];
    if (pcr > 23 || log.readUInt32LE(at + 8) !== algorithms) return events;
    at += 12;
    const digests = new Map<number, Buffer>();
    for (let i = 0; i < algorithms; i++) {
      const algorithm = log.readUInt16LE(at);
      const size = SIZES.get(algorithm);
      if (size === undefined) return events;
      digests.set(algorithm, Buffer.from(log.subarray(at + 2, at + 2 + size)));
      at += 2 + size;
    }
    at += 4 + log.readUInt32LE(at);
    if (at + BEFORE_SPEC_ID > log.length) return events;
    if (type !== NO_ACTION) events.push({ pcr, type, digests });
  }
}
