/** A llama small enough to compute by hand: its GGUF file, and the same model as plain loops over arrays. */
import { f32, type TestGguf, type TestTensor, type Value } from '../gguf/write.js';

export const tiny = {
  layers: 2,
  hidden: 64,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  feedForward: 96,
  vocabulary: 40,
  context: 32,
  normEpsilon: 2 ** -17,
  ropeBase: 10_000,
};

export type TensorTable = ReadonlyMap<string, Float32Array>;

/** Repeatable pseudo-random weights: a linear congruential generator (Numerical Recipes' constants). */
export function tinyWeights(options: { readonly tied: boolean }): TensorTable {
  let state = 1;
  const random = (n: number, spread: number, middle = 0) =>
    Float32Array.from({ length: n }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return middle + spread * (state / 2 ** 31 - 1);
    });
  const { hidden, heads, kvHeads, headSize, feedForward, vocabulary } = tiny;
  const table = new Map<string, Float32Array>();
  table.set('token_embd.weight', random(vocabulary * hidden, 1));
  for (let i = 0; i < tiny.layers; i++) {
    const set = (name: string, values: Float32Array) => table.set(`blk.${i}.${name}.weight`, values);
    set('attn_norm', random(hidden, 0.5, 1));
    set('attn_q', random(heads * headSize * hidden, 0.3));
    set('attn_k', random(kvHeads * headSize * hidden, 0.3));
    set('attn_v', random(kvHeads * headSize * hidden, 0.3));
    set('attn_output', random(hidden * heads * headSize, 0.3));
    set('ffn_norm', random(hidden, 0.5, 1));
    set('ffn_gate', random(feedForward * hidden, 0.3));
    set('ffn_up', random(feedForward * hidden, 0.3));
    set('ffn_down', random(hidden * feedForward, 0.3));
  }
  table.set('output_norm.weight', random(hidden, 0.5, 1));
  if (!options.tied) table.set('output.weight', random(vocabulary * hidden, 0.3));
  return table;
}

export function tinyMetadata(changes: Readonly<Record<string, Value>> = {}): Record<string, Value> {
  const tokens = [
    '<|end|>',
    '<|start|>',
    ...Array.from({ length: 36 }, (_, i) => String.fromCharCode(97 + i)),
    'ab',
    'abc',
  ];
  return {
    'general.architecture': { string: 'llama' },
    'general.name': { string: 'Tiny' },
    'general.license': { string: 'cc0-1.0' },
    'llama.block_count': { u32: tiny.layers },
    'llama.context_length': { u32: tiny.context },
    'llama.embedding_length': { u32: tiny.hidden },
    'llama.feed_forward_length': { u32: tiny.feedForward },
    'llama.attention.head_count': { u32: tiny.heads },
    'llama.attention.head_count_kv': { u32: tiny.kvHeads },
    'llama.attention.layer_norm_rms_epsilon': { f32: tiny.normEpsilon },
    'llama.rope.freq_base': { f32: tiny.ropeBase },
    'llama.rope.dimension_count': { u32: tiny.headSize },
    'tokenizer.ggml.model': { string: 'gpt2' },
    'tokenizer.ggml.pre': { string: 'smollm' },
    'tokenizer.ggml.tokens': { strings: tokens },
    'tokenizer.ggml.token_type': { i32s: tokens.map((_, i) => (i < 2 ? 3 : 1)) },
    'tokenizer.ggml.merges': { strings: ['a b', 'ab c'] },
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 0 },
    'tokenizer.chat_template': { string: '{{ messages[0].content }}' },
    ...changes,
  };
}

export function tinyGguf(weights: TensorTable, metadata = tinyMetadata()): TestGguf {
  const tensors: TestTensor[] = [...weights].map(([name, values]) => ({
    name,
    dims: name.includes('norm') ? [values.length] : dimsOf(name, values.length),
    type: 0,
    data: Buffer.concat([...values].map(f32)),
  }));
  return { metadata, tensors };
}

function dimsOf(name: string, length: number): number[] {
  const columns = name.includes('ffn_down') ? tiny.feedForward : tiny.hidden;
  return [columns, length / columns];
}

/** Logits of every position, by the textbook: no cache, no fusion, adjacent pairs rotated. */
export function tinyLogits(weights: TensorTable, ids: readonly number[]): Float64Array[] {
  const { hidden, heads, kvHeads, headSize, normEpsilon } = tiny;
  const w = (name: string) => weights.get(name)!;
  const embedding = w('token_embd.weight');
  const stream = ids.map((id) => Float64Array.from(embedding.subarray(id * hidden, (id + 1) * hidden)));
  const add = (to: Float64Array, what: Float64Array) => {
    for (const [i, x] of what.entries()) to[i]! += x;
  };
  for (let layer = 0; layer < tiny.layers; layer++) {
    const blk = (name: string) => w(`blk.${layer}.${name}.weight`);
    const normed = stream.map((x) => rmsNorm(x, blk('attn_norm'), normEpsilon));
    const q = normed.map((x, p) => rotate(times(blk('attn_q'), x), p));
    const k = normed.map((x, p) => rotate(times(blk('attn_k'), x), p));
    const v = normed.map((x) => times(blk('attn_v'), x));
    for (let p = 0; p < ids.length; p++) {
      const attended = new Float64Array(heads * headSize);
      for (let h = 0; h < heads; h++) {
        const kv = Math.floor(h / (heads / kvHeads)) * headSize;
        const scores = Array.from({ length: p + 1 }, (_, t) => {
          let dot = 0;
          for (let i = 0; i < headSize; i++) dot += q[p]![h * headSize + i]! * k[t]![kv + i]!;
          return Math.exp(dot / Math.sqrt(headSize));
        });
        const sum = scores.reduce((a, b) => a + b, 0);
        scores.forEach((s, t) => {
          for (let i = 0; i < headSize; i++) attended[h * headSize + i]! += (s / sum) * v[t]![kv + i]!;
        });
      }
      add(stream[p]!, times(blk('attn_output'), attended));
    }
    for (const x of stream) {
      const y = rmsNorm(x, blk('ffn_norm'), normEpsilon);
      const up = times(blk('ffn_up'), y);
      const gated = times(blk('ffn_gate'), y).map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      add(x, times(blk('ffn_down'), gated));
    }
  }
  const head = weights.get('output.weight') ?? embedding;
  return stream.map((x) => times(head, rmsNorm(x, w('output_norm.weight'), normEpsilon)));
}

function times(matrix: Float32Array, x: Float64Array): Float64Array {
  return Float64Array.from({ length: matrix.length / x.length }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += matrix[row * x.length + i]! * x[i]!;
    return sum;
  });
}

function rmsNorm(x: Float64Array, gamma: Float32Array, epsilon: number): Float64Array {
  const meanSquare = x.reduce((sum, v) => sum + v * v, 0) / x.length;
  return x.map((v, i) => (v / Math.sqrt(meanSquare + epsilon)) * gamma[i]!);
}

function rotate(x: Float64Array, position: number): Float64Array {
  const out = Float64Array.from(x);
  for (let i = 0; i < x.length; i += 2) {
    const angle = position * tiny.ropeBase ** (-(i % tiny.headSize) / tiny.headSize);
    out[i] = x[i]! * Math.cos(angle) - x[i + 1]! * Math.sin(angle);
    out[i + 1] = x[i]! * Math.sin(angle) + x[i + 1]! * Math.cos(angle);
  }
  return out;
}
