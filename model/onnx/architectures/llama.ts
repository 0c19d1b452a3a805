/**
 * The llama architecture (Llama 2 and 3, SmolLM2, Mistral without a window): RMS norms, rotary grouped-query attention,
 * gated SiLU feed-forward.
 *
 * Inputs of the graph:
 * - `input_ids` int64 [batch, sequence]: the new tokens
 * - `attention_mask` int64 [batch, total]: ones for the tokens seen before and the new ones
 * - `num_logits_to_keep` int64 []: logits are wanted for the last n new tokens; 0 means all
 * - `past_key_values.N.key` and `.value` float32 [batch, kv heads, past, head size]
 *
 * Outputs:
 * - `logits` float32 [batch, kept, vocabulary]
 * - `present.N.key` and `.value` float32 [batch, kv heads, max(past, total), head size]
 *
 * `past` may be larger than the number of tokens seen: bind one buffer of the full capacity as past and present, and
 * the new keys and values are written in place, without a copy. Positions follow from the mask's length.
 */
import { ModelError } from '../../error.js';
import type { Gguf } from '../../gguf/index.js';
import type { Graph } from '../graph.js';
import { stack } from '../matrix.js';
import type { Weights } from '../weights.js';
import type { Facts, Shape } from './facts.js';
import { rotaryTables } from './rotary.js';

export function llamaFacts({ metadata, tensors }: Gguf): Facts {
  const hidden = metadata.number('llama.embedding_length');
  const heads = metadata.number('llama.attention.head_count');
  const headSize = metadata.number('llama.attention.key_length', hidden / heads);
  if (metadata.number('llama.rope.dimension_count', headSize) !== headSize) {
    throw new ModelError(
      'import-architecture-unsupported',
      'Models that rotate only a part of each head are not supported.',
    );
  }
  const scaling = metadata.string('llama.rope.scaling.type', 'none');
  if (scaling !== 'none') {
    throw new ModelError(
      'import-architecture-unsupported',
      `Models with ${JSON.stringify(scaling)} scaling of rotations are not supported.`,
    );
  }
  return {
    architecture: 'llama',
    layers: metadata.number('llama.block_count'),
    hidden,
    heads,
    kvHeads: metadata.number('llama.attention.head_count_kv', heads),
    headSize,
    feedForward: metadata.number('llama.feed_forward_length'),
    vocabulary: tensors.get('token_embd.weight')?.rows ?? 0,
    context: metadata.number('llama.context_length'),
    normEpsilon: metadata.number('llama.attention.layer_norm_rms_epsilon'),
    ropeBase: metadata.number('llama.rope.freq_base', 10_000),
  };
}

export function llamaTensors(facts: Facts): ReadonlyMap<string, Shape> {
  const { hidden, feedForward, vocabulary, layers, headSize } = facts;
  const queries = facts.heads * headSize;
  const keys = facts.kvHeads * headSize;
  const block: Readonly<Record<string, Shape>> = {
    attn_norm: [1, hidden],
    attn_q: [queries, hidden],
    attn_k: [keys, hidden],
    attn_v: [keys, hidden],
    attn_output: [hidden, queries],
    ffn_norm: [1, hidden],
    ffn_gate: [feedForward, hidden],
    ffn_up: [feedForward, hidden],
    ffn_down: [hidden, feedForward],
  };
  const blocks = Array.from({ length: layers }, (_, i) =>
    Object.entries(block).map(([name, shape]): [string, Shape] => [`blk.${i}.${name}.weight`, shape]),
  );
  return new Map<string, Shape>([
    ['token_embd.weight', [vocabulary, hidden]],
    ['output_norm.weight', [1, hidden]],
    ['output.weight', [vocabulary, hidden]],
    ['rope_freqs.weight', [1, headSize / 2]],
    ...blocks.flat(),
  ]);
}

export async function buildLlama(gguf: Gguf, facts: Facts, graph: Graph, weights: Weights): Promise<void> {
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const keep = graph.input('num_logits_to_keep', 'int64', []);
  const lengths = sequenceLengths(graph, mask);
  const rotary = await rotaryTables(gguf, facts, weights);
  const { embedded, tied } = await weights.embedding(
    'embedding',
    ids,
    stack(gguf.tensor('token_embd.weight')),
  );
  const lastRows = keepLastRows(graph, keep);

  const norm = (name: string, tensor: string, stream: Stream) =>
    normalize(gguf, facts, graph, weights, name, tensor, stream);
  const linear = (name: string, input: string, ...tensors: string[]) =>
    weights.linear(name, input, stack(...tensors.map((t) => gguf.tensor(t))));

  let stream: Stream = { sum: embedded };
  for (let i = 0; i < facts.layers; i++) {
    const at = `layer.${i}`;
    const blk = `blk.${i}`;
    const before = await norm(`${at}.attention_norm`, `${blk}.attn_norm.weight`, stream);
    const qkv = await linear(
      `${at}.qkv`,
      before.normed,
      `${blk}.attn_q.weight`,
      `${blk}.attn_k.weight`,
      `${blk}.attn_v.weight`,
    );
    let attended = attention(graph, facts, i, qkv, lengths, rotary);
    let carried = before.sum;
    const fine = i === facts.layers - 1;
    if (fine) {
      // Nothing after the last attention looks at other positions: only the wanted ones go on.
      attended = lastRows(`${at}.attended_kept`, attended);
      carried = lastRows(`${at}.carried_kept`, carried);
    }
    const projected = await linear(`${at}.projection`, attended, `${blk}.attn_output.weight`);
    const after = await norm(`${at}.feed_forward_norm`, `${blk}.ffn_norm.weight`, {
      sum: carried,
      add: projected,
    });
    const rows = (tensor: string) => stack(gguf.tensor(`${blk}.${tensor}.weight`));
    const gate = await weights.linear(`${at}.gate`, after.normed, rows('ffn_gate'), { fine });
    const up = await weights.linear(`${at}.up`, after.normed, rows('ffn_up'), { fine });
    // SiLU is QuickGelu with alpha 1.
    const active = graph.contrib('QuickGelu', {
      name: `${at}.silu`,
      inputs: [gate],
      attributes: { alpha: { float: 1 } },
    });
    const gated = graph.op('Mul', { name: `${at}.gated`, inputs: [active, up] });
    stream = { sum: after.sum, add: await linear(`${at}.down`, gated, `${blk}.ffn_down.weight`) };
  }
  const { normed } = await norm('final_norm', 'output_norm.weight', stream);
  const logits = gguf.tensors.has('output.weight')
    ? await weights.linear('head', normed, stack(gguf.tensor('output.weight')), { fine: true })
    : tied('head', normed);
  graph.op('Identity', { name: 'logits', inputs: [logits] });
  graph.output('logits', 'float32', ['batch_size', 'kept', facts.vocabulary]);
  for (let i = 0; i < facts.layers; i++) {
    for (const kind of ['key', 'value']) {
      graph.output(`present.${i}.${kind}`, 'float32', [
        'batch_size',
        facts.kvHeads,
        'present_sequence_length',
        facts.headSize,
      ]);
    }
  }
}

/** The residual stream: `sum`, plus what the last block computed and nobody has added yet. */
interface Stream {
  readonly sum: string;
  readonly add?: string;
}

/** Adds what is outstanding and normalizes, in one node. */
async function normalize(
  gguf: Gguf,
  facts: Facts,
  graph: Graph,
  weights: Weights,
  name: string,
  tensor: string,
  stream: Stream,
): Promise<{ normed: string; sum: string }> {
  const gamma = await weights.exact(`${name}.weight`, [facts.hidden], await gguf.tensor(tensor).read());
  const epsilon = { float: facts.normEpsilon };
  if (stream.add === undefined) {
    const normed = graph.op('SimplifiedLayerNormalization', {
      name,
      inputs: [stream.sum, gamma],
      attributes: { axis: -1, epsilon, stash_type: 1 },
    });
    return { normed, sum: stream.sum };
  }
  const sum = `${name}.sum`;
  const normed = graph.contrib('SkipSimplifiedLayerNormalization', {
    name,
    inputs: [stream.sum, stream.add, gamma],
    outputs: [name, '', '', sum],
    attributes: { epsilon },
  });
  return { normed, sum };
}

interface Lengths {
  readonly lastIndex: string;
  readonly total: string;
}

/** What GroupQueryAttention asks for, from the mask: each sequence's last index, and the length of the longest. */
function sequenceLengths(graph: Graph, mask: string): Lengths {
  const int32 = { to: 6 };
  const one = graph.integers('one', 1n);
  const axis = graph.integers('mask_axis', [1n]);
  const ones = graph.op('ReduceSum', { name: 'mask_sum', inputs: [mask, axis], attributes: { keepdims: 0 } });
  const last = graph.op('Sub', { name: 'last_index_64', inputs: [ones, one] });
  const lastIndex = graph.op('Cast', { name: 'last_index', inputs: [last], attributes: int32 });
  const shape = graph.op('Shape', { name: 'mask_shape', inputs: [mask] });
  const length = graph.op('Gather', { name: 'total_64', inputs: [shape, one], attributes: { axis: 0 } });
  const total = graph.op('Cast', { name: 'total_length', inputs: [length], attributes: int32 });
  return { lastIndex, total };
}

/** A function that keeps the last rows that `keep` asks for: rows from −keep on, so that 0 keeps all. */
function keepLastRows(graph: Graph, keep: string): (name: string, input: string) => string {
  const zero = graph.integers('keep_axis', [0n]);
  const negative = graph.op('Neg', { name: 'keep_negative', inputs: [keep] });
  const start = graph.op('Unsqueeze', { name: 'keep_start', inputs: [negative, zero] });
  const end = graph.integers('keep_end', [BigInt(Number.MAX_SAFE_INTEGER)]);
  return (name, input) => graph.op('Slice', { name, inputs: [input, start, end, 'mask_axis'] });
}

function attention(
  graph: Graph,
  facts: Facts,
  layer: number,
  qkv: string,
  lengths: Lengths,
  rotary: { cos: string; sin: string },
): string {
  const dims = ['batch_size', facts.kvHeads, 'past_sequence_length', facts.headSize];
  const pastKey = graph.input(`past_key_values.${layer}.key`, 'float32', dims);
  const pastValue = graph.input(`past_key_values.${layer}.value`, 'float32', dims);
  const name = `layer.${layer}.attention`;
  return graph.contrib('GroupQueryAttention', {
    name,
    inputs: [qkv, '', '', pastKey, pastValue, lengths.lastIndex, lengths.total, rotary.cos, rotary.sin],
    outputs: [name, `present.${layer}.key`, `present.${layer}.value`],
    // GGUF permutes llama's query and key rows so that the two halves of a rotated pair are neighbours.
    attributes: { num_heads: facts.heads, kv_num_heads: facts.kvHeads, do_rotary: 1, rotary_interleaved: 1 },
  });
}
