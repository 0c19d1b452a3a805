/** What an import does not take. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importModel } from '../../../model/pack/index.js';
import type { Value } from '../gguf/write.js';
import { tiny, tinyWeights } from '../onnx/tiny-llama.js';
import { temporaryFolder, tinyFile } from './fixture.js';

const folder = temporaryFolder();

async function importing(bytes: Uint8Array): Promise<unknown> {
  const source = join(folder.path, 'tiny.gguf');
  await writeFile(source, bytes);
  return importModel({ source, out: join(folder.path, 'pack'), bits: 8 });
}

function withTensor(name: string, length: number): Uint8Array {
  return tinyFile({}, new Map([...tinyWeights({ tied: true }), [name, new Float32Array(length)]]));
}

describe('an import refuses', () => {
  it('a source that is not there', async () => {
    const source = join(folder.path, 'none.gguf');
    await expect(importModel({ source, out: join(folder.path, 'pack'), bits: 8 })).rejects.toMatchObject({
      code: 'gguf-missing',
      message: expect.stringContaining(source),
    });
  });

  it.each<[string, string, Record<string, Value>]>([
    [
      'another architecture',
      'import-architecture-unsupported',
      { 'general.architecture': { string: 'mamba' } },
    ],
    ['partly rotated heads', 'import-architecture-unsupported', { 'llama.rope.dimension_count': { u32: 8 } }],
    [
      'scaled rotations',
      'import-architecture-unsupported',
      { 'llama.rope.scaling.type': { string: 'yarn' } },
    ],
    [
      'an endless context',
      'import-architecture-unsupported',
      { 'llama.context_length': { u32: 0xffff_ffff } },
    ],
    [
      'a tokenizer of another kind',
      'import-tokenizer-unsupported',
      { 'tokenizer.ggml.model': { string: 'llama' } },
    ],
    ['an unknown splitting', 'import-tokenizer-unsupported', { 'tokenizer.ggml.pre': { string: 'tekken' } }],
    [
      'no heads',
      'gguf-malformed',
      { 'llama.attention.head_count': { u32: 0 }, 'llama.attention.key_length': { u32: tiny.headSize } },
    ],
    ['no layers', 'gguf-malformed', { 'llama.block_count': { u32: 0 } }],
    ['heads that cannot share', 'gguf-malformed', { 'llama.attention.head_count_kv': { u32: 3 } }],
    ['half a layer count', 'gguf-malformed', { 'llama.block_count': { f32: 1.5 } }],
    ['an endless norm', 'gguf-malformed', { 'llama.attention.layer_norm_rms_epsilon': { f32: Number.NaN } }],
    ['a layer that has no tensors', 'gguf-malformed', { 'llama.block_count': { u32: 3 } }],
    ['another width than its tensors have', 'gguf-malformed', { 'llama.feed_forward_length': { u32: 128 } }],
    ['a width of another kind', 'gguf-malformed', { 'llama.embedding_length': { string: '64' } }],
  ])('a model with %s: %s', async (_, code, metadata) => {
    await expect(importing(tinyFile(metadata))).rejects.toMatchObject({ name: 'ModelError', code });
    expect(await readdir(folder.path)).toEqual(['tiny.gguf']);
  });

  it('a model with layers of a kind that the graph would leave out', async () => {
    for (const name of ['blk.0.attn_q.bias', 'blk.1.ffn_gate_exps.weight', 'blk.2.attn_q.weight']) {
      await expect(importing(withTensor(name, tiny.hidden)), name).rejects.toMatchObject({
        code: 'import-architecture-unsupported',
        message: expect.stringContaining(name),
      });
    }
  });

  it('a tensor of another shape, naming both', async () => {
    await expect(importing(withTensor('output_norm.weight', 32))).rejects.toMatchObject({
      code: 'gguf-malformed',
      message: expect.stringMatching(/output_norm\.weight is 1 × 32 instead of 1 × 64/),
    });
  });

  it('names what it supports instead', async () => {
    const gemma = tinyFile({ 'general.architecture': { string: 'gemma' } });
    await expect(importing(gemma)).rejects.toThrow(/"gemma".*supported: llama/);
    const sentencePiece = tinyFile({ 'tokenizer.ggml.model': { string: 'llama' } });
    await expect(importing(sentencePiece)).rejects.toThrow(
      /llama\/smollm.*supported: gpt2 with gpt-2, smollm/,
    );
  });

  it('a file that was cut off, wherever', async () => {
    const whole = tinyFile();
    for (const part of [0, 0.01, 0.3, 0.6, 0.999]) {
      const cut = whole.subarray(0, Math.floor(part * whole.length));
      await expect(importing(cut), `${part}`).rejects.toMatchObject({ code: 'gguf-truncated' });
      expect(await readdir(folder.path)).toEqual(['tiny.gguf']);
    }
  });
});
