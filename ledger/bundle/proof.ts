/** Proofs as text, C2SP tlog-proof: where an entry is, its inclusion proof, and the checkpoint that was cosigned. */
import { fromBase64, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { utf8 } from '../manifest/index.js';
import { parseSize } from '../note/index.js';
import { textOf } from '../text.js';
import { HASH_BYTES } from '../tree/index.js';

export interface LogProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: Uint8Array;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_HASHES = 63;

export function formatProof({ index, hashes, checkpoint }: LogProof): string {
  const lines = [HEADER, `index ${index}`, ...hashes.map(toBase64), ''];
  return `${lines.join('\n')}\n${new TextDecoder().decode(checkpoint)}`;
}

/** Extra data is passed over. @throws LedgerError `proof-malformed` */
export function parseProof(bytes: Uint8Array): LogProof {
  const text = textOf(bytes);
  if (text === undefined) throw malformed();
  const split = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const index = parseSize(/^index (\d+)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  const hashes = lines.map((line) => fromBase64(line));
  const whole = hashes.filter((hash) => hash !== undefined && hash.length === HASH_BYTES) as Uint8Array[];
  if (
    header !== HEADER ||
    index === undefined ||
    whole.length !== lines.length ||
    lines.length > MAX_HASHES
  ) {
    throw malformed();
  }
  return { index, hashes: whole, checkpoint: utf8(text.slice(split + 2)) };
}

function malformed(): LedgerError {
  return new LedgerError('proof-malformed', 'this is no proof of a log (c2sp.org/tlog-proof)');
}
