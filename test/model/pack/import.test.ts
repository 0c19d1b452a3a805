import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { importModel, openPack } from '../../../model/pack/index.js';
import { tiny } from '../onnx/tiny-llama.js';
import { filesIn, json, sha256, temporaryFolder, tinyFile } from './fixture.js';

const folder = temporaryFolder();
const gguf = tinyFile();
let source: string;
let out: string;
beforeEach(async () => {
  source = join(folder.path, 'tiny.gguf');
  out = join(folder.path, 'packs', 'tiny');
  await writeFile(source, gguf);
});

const graphs = { 8: 'onnx/model_quantized.onnx', 4: 'onnx/model_q4.onnx', 32: 'onnx/model.onnx' } as const;

describe.each([8, 4, 32] as const)('a pack of %s bits', (bits) => {
  it('has the folder layout of Transformers.js and a manifest of every file', async () => {
    const manifest = await importModel({ source, out, bits });
    const { 'sotto.json': written, ...others } = await filesIn(out);
    const paths = [
      'config.json',
      'generation_config.json',
      graphs[bits],
      `${graphs[bits]}_data`,
      'tokenizer.json',
      'tokenizer_config.json',
    ];
    expect(Object.keys(others).sort()).toEqual(paths);
    expect(JSON.parse(written!.toString())).toEqual(manifest);
    expect(manifest).toEqual({
      format: 1,
      name: 'Tiny',
      license: 'cc0-1.0',
      bits,
      model: { architecture: 'llama', ...tiny },
      graph: graphs[bits],
      source: { size: gguf.length, sha256: sha256(gguf) },
      files: paths.map((path) => ({ path, size: others[path]!.length, sha256: sha256(others[path]!) })),
    });
  });

  it('is the same bytes whenever, wherever and from whatever path it is made', async () => {
    const elsewhere = join(folder.path, 'another name.gguf');
    const again = join(folder.path, 'again');
    await writeFile(elsewhere, gguf);
    await importModel({ source, out, bits });
    await importModel({ source: elsewhere, out: again, bits });
    expect(await filesIn(again)).toEqual(await filesIn(out));
    expect((await openPack(again)).digest).toEqual((await openPack(out)).digest);
  });

  it('names its precision in the configuration', async () => {
    await importModel({ source, out, bits });
    expect((await json(join(out, 'config.json')))['transformers.js_config']).toEqual({
      dtype: { 8: 'q8', 4: 'q4', 32: 'fp32' }[bits],
      use_external_data_format: true,
    });
  });
});

describe('the configuration of a pack', () => {
  it('says of the model what the GGUF file says', async () => {
    await importModel({ source, out, bits: 8 });
    expect(await json(join(out, 'config.json'))).toMatchObject({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: tiny.hidden,
      intermediate_size: tiny.feedForward,
      num_hidden_layers: tiny.layers,
      num_attention_heads: tiny.heads,
      num_key_value_heads: tiny.kvHeads,
      vocab_size: tiny.vocabulary,
      max_position_embeddings: tiny.context,
      bos_token_id: 1,
      eos_token_id: 0,
    });
    expect(await json(join(out, 'generation_config.json'))).toEqual({ bos_token_id: 1, eos_token_id: 0 });
  });

  it('holds the tokenizer: vocabulary, merges, special tokens, chat template', async () => {
    await importModel({ source, out, bits: 8 });
    const tokenizer = await json(join(out, 'tokenizer.json'));
    expect(tokenizer).toMatchObject({
      added_tokens: [
        { id: 0, content: '<|end|>', special: true },
        { id: 1, content: '<|start|>', special: true },
      ],
      post_processor: null,
      model: { type: 'BPE', vocab: { '<|end|>': 0, a: 2, abc: 39 }, merges: ['a b', 'ab c'] },
    });
    expect(await json(join(out, 'tokenizer_config.json'))).toMatchObject({
      bos_token: '<|start|>',
      eos_token: '<|end|>',
      add_bos_token: false,
      model_max_length: tiny.context,
      chat_template: '{{ messages[0].content }}',
    });
  });

  it('starts texts with the first token when the model wants it', async () => {
    await writeFile(source, tinyFile({ 'tokenizer.ggml.add_bos_token': { bool: true } }));
    await importModel({ source, out, bits: 8 });
    expect(await json(join(out, 'tokenizer.json'))).toMatchObject({
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<|start|>' } }, { Sequence: { id: 'A' } }],
        special_tokens: { '<|start|>': { ids: [1] } },
      },
    });
  });
});

describe('progress', () => {
  it('goes up step by step, to the end of each stage', async () => {
    const steps: { stage: string; done: number; total: number }[] = [];
    await importModel({ source, out, bits: 8, progress: (step) => steps.push(step) });
    expect([...new Set(steps.map((s) => s.stage))]).toEqual(['convert', 'verify']);
    for (const stage of ['convert', 'verify']) {
      const of = steps.filter((s) => s.stage === stage);
      const done = of.map((s) => s.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(new Set(of.map((s) => s.total)).size).toBe(1);
      expect(done.at(-1)).toBe(of[0]!.total);
      expect(done[0]).toBeGreaterThan(0);
      expect(new Set(done).size).toBeGreaterThan(5);
    }
  });
});
