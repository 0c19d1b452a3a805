/** An engine whose memory a test looks into. Answers each line of standard input, `run` or `wipe`, with a line. */
import { createInterface } from 'node:readline';
import { ffiBackend, openPack, SecretArena } from '../../../dist/model/index.js';

const backend = await ffiBackend(await openPack('.sotto/models/default'), JSON.parse(process.argv[2]));
const { vocabulary, layers, kvHeads, headSize } = backend.shape;
const PROMPT = 100;
const CAPACITY = 256;

/** In hexadecimal, the values that some layers computed for a token of the prompt and for the last one. */
function someValues({ arrays }) {
  const rows = [];
  for (const layer of [0, layers >> 1, layers - 1]) {
    for (const position of [PROMPT >> 1, PROMPT]) {
      const at = ((kvHeads - 1) * CAPACITY + position) * headSize;
      const row = Buffer.from(arrays[2 * layer + 1].slice(at, at + headSize / 2).buffer);
      rows.push(row.toString('hex'));
      row.fill(0);
    }
  }
  return rows;
}

let arena;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'run') {
    arena = new SecretArena();
    const cache = backend.newCache(CAPACITY, arena);
    const logits = arena.float32(vocabulary);
    await backend.forward(
      cache,
      Int32Array.from({ length: PROMPT }, (_, i) => 100 + 7 * i),
      logits,
    );
    await backend.forward(cache, Int32Array.of(4321), logits);
    process.stdout.write(`${JSON.stringify(someValues(cache))}\n`);
  } else {
    arena.wipe();
    await backend.scrub();
    process.stdout.write('"wiped"\n');
  }
}
