/** The body of a witness's `add-checkpoint`, C2SP tlog-witness. */
import { fromBase64, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { textOf } from '../text.js';
import { parseSize } from './checkpoint.js';

export interface AddCheckpoint {
  /** The size of the checkpoint that the witness cosigned last; 0 when there is none. */
  readonly oldSize: number;
  readonly consistency: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: Uint8Array;
}

const MAX_HASHES = 63;

export function formatAddCheckpoint({ oldSize, consistency, checkpoint }: AddCheckpoint): string {
  const lines = [`old ${oldSize}`, ...consistency.map(toBase64), ''];
  return `${lines.join('\n')}\n${new TextDecoder().decode(checkpoint)}`;
}

/** @throws LedgerError `witness-request-malformed` */
export function parseAddCheckpoint(bytes: Uint8Array): AddCheckpoint {
  const text = textOf(bytes);
  if (text === undefined) throw malformed();
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  const oldSize = parseSize(/^old (\d+)$/.exec(first)?.[1] ?? '');
  const consistency = lines.map((line) => fromBase64(line) ?? new Uint8Array(0));
  const whole = lines.length <= MAX_HASHES && consistency.every(({ length }) => length === 32);
  if (oldSize === undefined || !whole) throw malformed();
  return { oldSize, consistency, checkpoint: new TextEncoder().encode(text.slice(split + 2)) };
}

function malformed(): LedgerError {
  return new LedgerError('witness-request-malformed', 'this is no add-checkpoint request');
}
