/** Works on a text piece by piece, so that its length doesn't matter: lines stay lines, sentences stay in order. */
import type { Job } from './job.js';
import { linesOf, oneLine, saysSomething, sentencesOf, utf8 } from './words.js';

const LINE_END = utf8('\n');
const BLANK = utf8(' ');

/** More bytes than this are no sentence: the rest of it begins another piece. */
const MAX_PIECE_BYTES = 2048;

/**
 * Gives sentences to `work`, together as long as they are on one line and have fewer than `minTokens`, and says what
 * becomes of them. Pieces without a letter or number are said as they are.
 */
export async function eachPiece(
  text: Uint8Array,
  minTokens: number,
  job: Job,
  work: (piece: Uint8Array) => Promise<Uint8Array>,
): Promise<void> {
  let first = true;
  for (const given of linesOf(text)) {
    if (!first) job.say(LINE_END);
    first = false;
    const line = oneLine(given, job.arena);
    let begun = false;
    for (const piece of piecesOf(line, minTokens, job)) {
      if (begun) job.say(BLANK);
      begun = true;
      job.say(saysSomething(piece) ? await work(piece) : piece);
    }
  }
}

function* piecesOf(line: Uint8Array, minTokens: number, job: Job): Generator<Uint8Array> {
  const scratch = job.arena.int32(line.length);
  let start = 0;
  for (const sentence of sentencesOf(line)) {
    while (sentence.end - start > MAX_PIECE_BYTES) {
      const cut = lastBlank(line, start, start + MAX_PIECE_BYTES);
      yield line.subarray(start, cut);
      start = line[cut] === 0x20 ? cut + 1 : cut;
    }
    const piece = line.subarray(start, sentence.end);
    if (sentence.end < line.length && job.model.tokenizer.encode(piece, scratch).length < minTokens) continue;
    yield piece;
    start = Math.min(sentence.end + 1, line.length);
  }
}

/** The last blank in the stretch, or else the beginning of its last character. */
function lastBlank(line: Uint8Array, start: number, end: number): number {
  const blank = line.lastIndexOf(0x20, end);
  if (blank > start) return blank;
  let cut = end;
  while ((line[cut]! & 0xc0) === 0x80) cut--;
  return cut;
}
