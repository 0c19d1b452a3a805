import { dirname, resolve } from 'node:path';
import { AutoModelForCausalLM, AutoTokenizer, env, Tensor } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Backend,
  buildPrefix,
  type GenerateRequest,
  generate,
  type KvCache,
  type ModelPack,
  SecretArena,
} from '../../../model/index.js';
import { backends, bytesOf, defaultPack, largestDifference } from './fixture.js';

const MESSAGES = [
  'Summarize: Anna: lunch at 12? Ben: I can only do 13:00. Anna: ok, 13:00 at the usual place.',
  'Write a short, friendly reply to: Are you coming to the party on Saturday?',
  'Proofread: their going to bring there dog too the park tomorow.',
];
const ANSWER_TOKENS = 40;

/** What @huggingface/transformers generates from the same folder, greedily. */
async function transformersAnswers(pack: ModelPack, repetitionPenalty: number) {
  const dir = resolve(pack.dir);
  env.allowRemoteModels = false;
  env.localModelPath = dirname(dir);
  const name = dir.slice(dirname(dir).length + 1);
  const tokenizer = await AutoTokenizer.from_pretrained(name, { local_files_only: true });
  const dtype = ({ 8: 'q8', 4: 'q4', 32: 'fp32' } as const)[pack.manifest.bits];
  const model = await AutoModelForCausalLM.from_pretrained(name, { local_files_only: true, dtype });
  const answers: { prompt: Int32Array; answer: number[] }[] = [];
  for (const content of MESSAGES) {
    const inputs = tokenizer.apply_chat_template([{ role: 'user', content }], {
      add_generation_prompt: true,
      return_dict: true,
    }) as { input_ids: Tensor };
    const output = await model.generate({
      ...inputs,
      max_new_tokens: ANSWER_TOKENS,
      do_sample: false,
      repetition_penalty: repetitionPenalty,
    });
    if (!(output instanceof Tensor)) throw new TypeError('Transformers gave no tensor.');
    const prompt = Int32Array.from(inputs.input_ids.data as BigInt64Array, Number);
    const all = Array.from(output.data as BigInt64Array, Number);
    answers.push({ prompt, answer: all.slice(prompt.length) });
  }
  await model.dispose();
  const stop = tokenizer.encode('<|im_end|>', { add_special_tokens: false });
  return { answers, stop };
}

let pack: ModelPack;
let plain: Awaited<ReturnType<typeof transformersAnswers>>;
let penalized: Awaited<ReturnType<typeof transformersAnswers>>;
beforeAll(async () => {
  pack = await defaultPack();
  plain = await transformersAnswers(pack, 1);
  penalized = await transformersAnswers(pack, 1.3);
});

describe.each(backends)('Generating with the %s backend', (_name, open) => {
  let backend: Backend;
  let prompt: Int32Array;
  beforeAll(async () => {
    backend = await open(pack, { threads: 2 });
    prompt = plain.answers[0]!.prompt;
  });
  afterAll(() => backend.close());

  async function answerOf(request: Partial<GenerateRequest>) {
    const arena = new SecretArena();
    const answer: number[] = [];
    const generation = await generate(backend, {
      prompt,
      arena,
      maxTokens: ANSWER_TOKENS,
      stop: plain.stop,
      sampling: { kind: 'greedy' },
      onToken: (token) => {
        answer.push(token);
      },
      ...request,
    });
    arena.wipe();
    return { answer, generation };
  }

  const untilStop = (answer: readonly number[], stop: number) =>
    answer.includes(stop) ? answer.slice(0, answer.indexOf(stop)) : answer;

  it('gives greedily what Transformers gives', async () => {
    for (const { prompt, answer } of plain.answers) {
      expect((await answerOf({ prompt })).answer).toEqual(untilStop(answer, plain.stop[0]!));
    }
  });

  it('gives greedily what Transformers gives with the same repetition penalty, and that is something else', async () => {
    const repetitionPenalty = 1.3;
    for (const { prompt, answer } of penalized.answers) {
      expect((await answerOf({ prompt, repetitionPenalty })).answer).toEqual(
        untilStop(answer, penalized.stop[0]!),
      );
    }
    expect(penalized.answers.map((a) => a.answer)).not.toEqual(plain.answers.map((a) => a.answer));
  });

  it('can penalize repetitions of the answer without those of the prompt', async () => {
    const ofAnswer = await answerOf({ repetitionPenalty: 1.3, penalized: 'answer' });
    const ofAll = await answerOf({ repetitionPenalty: 1.3 });
    expect(ofAnswer.answer).not.toEqual(ofAll.answer);
  });

  it('ends at a stop token, which is not part of the answer', async () => {
    const full = (await answerOf({})).answer;
    const stopAt = full.findIndex((token, i) => i >= 3 && full.indexOf(token) === i);
    const { answer, generation } = await answerOf({ stop: [full[stopAt]!] });
    expect(answer).toEqual(full.slice(0, stopAt));
    expect(generation).toMatchObject({ finish: 'stop', outputTokens: stopAt, promptTokens: prompt.length });
  });

  it('ends after maxTokens', async () => {
    const { answer, generation } = await answerOf({ maxTokens: 3 });
    expect(answer).toHaveLength(3);
    expect(generation).toMatchObject({ finish: 'length', outputTokens: 3 });
  });

  it('ends when onToken returns true', async () => {
    let count = 0;
    const { generation } = await answerOf({ onToken: () => ++count === 2 });
    expect(count).toBe(2);
    expect(generation).toMatchObject({ finish: 'stop', outputTokens: 2 });
  });

  it('ends within one step of an abort', async () => {
    const abort = new AbortController();
    const answer: number[] = [];
    const { generation } = await answerOf({
      signal: abort.signal,
      onToken: (token) => {
        answer.push(token);
        if (answer.length === 4) abort.abort();
      },
    });
    expect(answer).toHaveLength(4);
    expect(generation).toMatchObject({ finish: 'aborted', outputTokens: 4 });
  });

  it('ends a long prompt within one chunk of an abort', async () => {
    const long = new Int32Array(600).fill(prompt[0]!);
    const abort = new AbortController();
    let runs = 0;
    const counting: Backend = Object.assign(Object.create(backend) as Backend, {
      forward: (...args: Parameters<Backend['forward']>) => {
        if (++runs === 2) abort.abort();
        return backend.forward(...args);
      },
      newCache: backend.newCache.bind(backend),
      shape: backend.shape,
    });
    const arena = new SecretArena();
    const generation = await generate(counting, {
      prompt: long,
      arena,
      maxTokens: 5,
      stop: [],
      sampling: { kind: 'greedy' },
      signal: abort.signal,
      onToken: () => expect.fail('No token may come after an abort.'),
    });
    arena.wipe();
    expect(generation).toMatchObject({ finish: 'aborted', outputTokens: 0 });
    expect(runs).toBe(2);
  });

  it('does not even start when already aborted', async () => {
    const { answer, generation } = await answerOf({ signal: AbortSignal.abort() });
    expect(answer).toEqual([]);
    expect(generation).toMatchObject({ finish: 'aborted', outputTokens: 0 });
  });

  it('samples the same for the same seed and something else for another', async () => {
    const sampled = (seed: number) =>
      answerOf({ sampling: { kind: 'sample', temperature: 1, topP: 0.95, seed } });
    const first = await sampled(1);
    expect((await sampled(1)).answer).toEqual(first.answer);
    expect((await sampled(2)).answer).not.toEqual(first.answer);
  });

  describe('with a prefix', () => {
    /** Logits of the last token when the prompt is run in two parts, the first one by `begin`. */
    async function logitsAfter(
      split: number,
      begin: (cache: KvCache, logits: Float32Array) => Promise<unknown>,
    ) {
      const arena = new SecretArena();
      const cache = backend.newCache(prompt.length, arena);
      const logits = new Float32Array(backend.shape.vocabulary);
      await begin(cache, logits);
      expect(cache.length).toBe(split);
      await backend.forward(cache, prompt.subarray(split), logits);
      arena.wipe();
      return logits;
    }

    it.each([
      ['it begins with all of it', (p: Int32Array) => p.slice(0, 30), 30],
      ['only the beginning is common', (p: Int32Array) => Int32Array.of(...p.slice(0, 20), 0, 0, 0), 20],
      ['nothing is common', () => Int32Array.of(0, 0, 0), 0],
      ['it is no longer than it', (p: Int32Array) => p, undefined],
    ])('computes exactly the same from a prompt when %s', async (_case, tokensOf, common) => {
      const split = common ?? prompt.length - 1;
      const prefix = await buildPrefix(backend, tokensOf(prompt));
      const expected = await logitsAfter(split, async (cache, logits) => {
        if (split > 0) await backend.forward(cache, prompt.subarray(0, split), logits);
      });
      const withPrefix = () => logitsAfter(split, async (cache) => prefix.copyInto(cache, prompt));
      // The prefix itself was computed in one run with what follows `split` in it, which may sum in another order.
      const tolerance = prefix.length === split ? 0 : 1;
      expect(largestDifference(await withPrefix(), expected)).toBeLessThanOrEqual(tolerance);
      // The first use has left the prefix as it was.
      expect(await withPrefix()).toEqual(await withPrefix());
      prefix.release();
    });

    it('says how many tokens came from it', async () => {
      const prefix = await buildPrefix(backend, prompt.slice(0, 30));
      const { generation, answer } = await answerOf({ prefix, maxTokens: 8 });
      expect(generation).toMatchObject({ cachedTokens: 30, promptTokens: prompt.length, outputTokens: 8 });
      expect(answer).toHaveLength(8);
      prefix.release();
    });
  });

  it('keeps all that it computes in the arena, which wipes it', async () => {
    const views: ArrayBufferView[] = [];
    const arena = new (class extends SecretArena {
      override adopt<View extends ArrayBufferView>(view: View): View {
        views.push(view);
        return super.adopt(view);
      }
    })();
    const request = { prompt, arena, maxTokens: 5, stop: [], repetitionPenalty: 1.2, onToken: () => {} };
    const sampling = { kind: 'sample', temperature: 1, topP: 0.9, seed: 5 } as const;
    await generate(backend, { ...request, sampling });
    expect(views.some((view) => bytesOf(view).some((byte) => byte !== 0))).toBe(true);
    const { layers, kvHeads, headSize, vocabulary } = backend.shape;
    const keysAndValues = (prompt.length + 4) * layers * 2 * kvHeads * headSize * 4;
    expect(arena.wipe()).toBeGreaterThanOrEqual(keysAndValues + vocabulary * 4);
    expect(views.every((view) => bytesOf(view).every((byte) => byte === 0))).toBe(true);
  });

  it('refuses an empty prompt, one that fills the context, and an answer of no tokens', async () => {
    const refusal = (code: string) => expect.objectContaining({ code });
    await expect(answerOf({ prompt: new Int32Array(0) })).rejects.toThrow(refusal('engine-bad-request'));
    await expect(answerOf({ maxTokens: 0 })).rejects.toThrow(refusal('engine-bad-request'));
    await expect(answerOf({ prompt: new Int32Array(backend.shape.context) })).rejects.toThrow(
      refusal('engine-context-full'),
    );
  });
});
