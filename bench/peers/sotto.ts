/**
 * The engine as it serves: prompt in chunks, tokens picked, everything wiped behind the clock. Reads a JSON configuration
 * from its first argument, then answers each line of standard input with a line of JSON.
 */
import { createInterface } from 'node:readline';
import {
  type BackendOptions,
  ffiBackend,
  generate,
  openPack,
  packageBackend,
  SecretArena,
} from '../../model/index.js';
import { VERSION } from '../../server/index.js';

interface Configuration extends BackendOptions {
  readonly packDir: string;
  readonly backend: 'ffi' | 'package';
}

const { packDir, backend: name, ...options } = JSON.parse(process.argv[2] ?? '{}') as Configuration;
const backend = await (name === 'ffi' ? ffiBackend : packageBackend)(await openPack(packDir), options);
const say = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

say({ version: `sotto ${VERSION}` });
for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, count } = JSON.parse(line) as { prompt: number[]; count: number };
  const arena = new SecretArena();
  const tokens: number[] = [];
  const { prefillMs, decodeMs } = await generate(backend, {
    prompt: Int32Array.from(prompt),
    arena,
    maxTokens: count,
    stop: [],
    sampling: { kind: 'greedy' },
    onToken: (token) => {
      tokens.push(token);
    },
  });
  arena.wipe();
  say({ tokens, prefillMs, decodeMs });
}
await backend.close();
