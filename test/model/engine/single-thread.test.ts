/** A file of its own, and so a process of its own: another backend's threads would keep the runtime loaded. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ffiBackend, SecretArena } from '../../../model/index.js';
import { defaultPack, someTokens } from './fixture.js';

it('the ffi backend with a single thread still has its library after a garbage collection', async () => {
  const backend = await ffiBackend(await defaultPack(), { threads: 1 });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const arena = new SecretArena();
  const logits = new Float32Array(backend.shape.vocabulary);
  await backend.forward(backend.newCache(8, arena), someTokens(8), logits);
  expect(logits.some((value) => value !== 0)).toBe(true);
  arena.wipe();
  await backend.close();
});
