import {
  type Backend,
  type BackendOptions,
  generate,
  type ModelPack,
  SecretArena,
} from '../../model/index.js';
import { VERSION } from '../../server/index.js';
import type { Contestant } from './contestant.js';

/** The engine as it serves: prompt in chunks, tokens picked, everything wiped behind the clock. */
export async function ourEngine(
  name: string,
  pack: ModelPack,
  open: (pack: ModelPack, options: BackendOptions) => Promise<Backend>,
  options: BackendOptions,
): Promise<Contestant> {
  const backend = await open(pack, options);
  return {
    name,
    version: VERSION,
    async generate(prompt, count) {
      const arena = new SecretArena();
      const tokens: number[] = [];
      try {
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
        return { tokens, prefillMs, decodeMs };
      } finally {
        arena.wipe();
      }
    },
    close: () => backend.close(),
  };
}
