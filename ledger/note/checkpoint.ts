/** Checkpoints as text, C2SP tlog-checkpoint. */
import { fromBase64, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { HASH_BYTES, type TreeHead } from '../tree/index.js';

export interface Checkpoint extends TreeHead {
  readonly origin: string;
  /** Lines that are the log's own. */
  readonly extensions: readonly string[];
}

const SIZE = /^(0|[1-9]\d{0,15})$/;

/** @throws LedgerError `checkpoint-malformed` */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', decimal = '', encoded = '', ...extensions] = text.split('\n');
  const size = parseSize(decimal);
  const root = fromBase64(encoded);
  const ended = extensions.pop() === '';
  if (origin === '' || size === undefined || root?.length !== HASH_BYTES || !ended) malformed();
  if (extensions.includes('')) malformed();
  return { origin, size, root, extensions };
}

export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return [origin, size, toBase64(root), ...extensions, ''].join('\n');
}

/** A size as it is written: decimal, with no zeros before it. */
export function parseSize(text: string): number | undefined {
  const size = SIZE.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

function malformed(): never {
  throw new LedgerError('checkpoint-malformed', 'the checkpoint is not origin, size and root hash');
}
