/** The pack that everything else runs on; `npm test` imports it before anything runs. */
import { resolve } from 'node:path';
import { AutoConfig, AutoTokenizer, env } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPack } from '../../../model/pack/index.js';

const pack = resolve('.sotto/models/default');
const { allowRemoteModels, localModelPath } = env;
beforeAll(() => Object.assign(env, { allowRemoteModels: false, localModelPath: resolve('.sotto/models') }));
afterAll(() => Object.assign(env, { allowRemoteModels, localModelPath }));

describe('the default pack', () => {
  it('opens, verified, and is the pinned model', async () => {
    const { manifest } = await openPack(pack);
    expect(manifest).toMatchObject({
      license: 'apache-2.0',
      source: { sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53' },
      model: { architecture: 'llama', layers: 30, hidden: 576, heads: 9, kvHeads: 3, vocabulary: 49152 },
    });
  });

  it('has a configuration that Transformers.js reads', async () => {
    const config = await AutoConfig.from_pretrained('default', { local_files_only: true });
    const { manifest } = await openPack(pack);
    expect(config).toMatchObject({
      model_type: 'llama',
      num_hidden_layers: manifest.model.layers,
      max_position_embeddings: manifest.model.context,
      vocab_size: manifest.model.vocabulary,
    });
  });

  it('has a tokenizer and a chat template that Transformers.js reads', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained('default', { local_files_only: true });
    const chat = tokenizer.apply_chat_template([{ role: 'user', content: 'Hi' }], {
      tokenize: false,
      add_generation_prompt: true,
    });
    expect(chat).toContain('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
    expect(tokenizer.encode('<|im_end|>')).toEqual([2]);
  });
});
