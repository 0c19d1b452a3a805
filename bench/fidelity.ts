/**
 * How much of a model survives its quantization: a pack's next-token distributions against those of the exact float32
 * pack of the same source, at every position of a corpus of chats.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type ModelPack, openPack } from '../model/pack/index.js';

export interface Fidelity {
  readonly positions: number;
  /** Share of positions, 0 to 1, where both think the same token most likely. */
  readonly top1: number;
  /** Mean of KL(reference ‖ candidate), in nats. */
  readonly meanKl: number;
  /** The 99th percentile of the same. */
  readonly p99Kl: number;
}

export interface FidelityOptions {
  /** Folder of the float32 pack. */
  readonly reference: string;
  /** Folder of the pack to judge. */
  readonly candidate: string;
  /** Text file of chats, with empty lines between them. */
  readonly corpus: string;
  readonly positions: number;
}

/**
 * Runs both packs over the first `positions` tokens of the corpus, a chat at a time, each from its beginning.
 * @throws RangeError when the corpus is shorter than that or the packs are not of one source
 */
export async function measureFidelity(options: FidelityOptions): Promise<Fidelity> {
  const reference = await openPack(options.reference);
  const candidate = await openPack(options.candidate);
  if (reference.manifest.source.sha256 !== candidate.manifest.source.sha256) {
    throw new RangeError('The two packs were not made from the same source.');
  }
  const exact = await InferenceSession.create(reference.graphPath);
  const rounded = await InferenceSession.create(candidate.graphPath);
  try {
    const divergences: number[] = [];
    let agreed = 0;
    for (const tokens of await tokenizedChats(options, reference)) {
      const wanted = await logitsOf(exact, reference, tokens);
      const given = await logitsOf(rounded, candidate, tokens);
      const { vocabulary } = reference.manifest.model;
      for (let at = 0; at < wanted.length; at += vocabulary) {
        const p = wanted.subarray(at, at + vocabulary);
        const q = given.subarray(at, at + vocabulary);
        if (indexOfMax(p) === indexOfMax(q)) agreed++;
        divergences.push(divergence(p, q));
      }
    }
    const sorted = divergences.sort((a, b) => a - b);
    return {
      positions: sorted.length,
      top1: agreed / sorted.length,
      meanKl: sorted.reduce((sum, d) => sum + d, 0) / sorted.length,
      p99Kl: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    };
  } finally {
    await exact.release();
    await rounded.release();
  }
}

/** Lines of a table, one for each named measurement. */
export function fidelityTable(rows: Readonly<Record<string, Fidelity>>): string {
  const lines = ['pack        positions   top-1    mean KL    p99 KL'];
  for (const [name, f] of Object.entries(rows)) {
    lines.push(
      [
        name.padEnd(10),
        String(f.positions).padStart(10),
        `${(100 * f.top1).toFixed(2)} %`.padStart(9),
        f.meanKl.toFixed(5).padStart(9),
        f.p99Kl.toFixed(4).padStart(9),
      ].join(' '),
    );
  }
  return lines.join('\n');
}

async function tokenizedChats(options: FidelityOptions, pack: ModelPack): Promise<number[][]> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(pack.dir));
  const tokenizer = await AutoTokenizer.from_pretrained(
    resolve(pack.dir).slice(env.localModelPath.length + 1),
  );
  const chats = (await readFile(options.corpus, 'utf8')).split(/\n\s*\n/).filter((chat) => chat.trim());
  const tokenized: number[][] = [];
  let left = options.positions;
  for (const chat of chats) {
    const tokens: number[] = tokenizer.encode(chat.trim()).slice(0, left);
    left -= tokens.length;
    if (tokens.length) tokenized.push(tokens);
  }
  if (left > 0)
    throw new RangeError(`The corpus is ${left} tokens shorter than the ${options.positions} asked for.`);
  return tokenized;
}

async function logitsOf(
  session: InferenceSession,
  pack: ModelPack,
  tokens: readonly number[],
): Promise<Float32Array> {
  const { layers, kvHeads, headSize } = pack.manifest.model;
  const ids = BigInt64Array.from(tokens, BigInt);
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor('int64', ids, [1, ids.length]),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
    num_logits_to_keep: new Tensor('int64', [0n], []),
  };
  for (let i = 0; i < layers; i++) {
    for (const kind of ['key', 'value']) {
      feeds[`past_key_values.${i}.${kind}`] = new Tensor('float32', new Float32Array(0), [
        1,
        kvHeads,
        0,
        headSize,
      ]);
    }
  }
  const { logits } = await session.run(feeds, ['logits']);
  if (!(logits?.data instanceof Float32Array)) throw new TypeError('The graph gave no float32 logits.');
  return logits.data;
}

function indexOfMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** KL(p ‖ q) in nats of two distributions given as logits. */
function divergence(p: Float32Array, q: Float32Array): number {
  const logP = logSum(p);
  const logQ = logSum(q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const lp = p[i]! - logP;
    sum += Math.exp(lp) * (lp - (q[i]! - logQ));
  }
  return sum;
}

function logSum(logits: Float32Array): number {
  const max = logits[indexOfMax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  return max + Math.log(sum);
}
