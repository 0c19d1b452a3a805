import type { SecretArena } from './arena.js';
import type { Backend, KvCache } from './backend.js';
import { EngineError } from './error.js';
import { prefill } from './prefill.js';
import type { PrefixCache } from './prefix.js';
import { RepetitionPenalty } from './repetition.js';
import { type Sampling, TokenPicker } from './sampling.js';

export interface GenerateRequest {
  /** The whole prompt, with the part that `prefix` may already hold. At least one token. */
  readonly prompt: Int32Array;
  readonly prefix?: PrefixCache | undefined;
  /** Owns all that the generation keeps: to be wiped by the caller when the answer is out. */
  readonly arena: SecretArena;
  /** 1 or more. Fewer are generated when the model's context ends. */
  readonly maxTokens: number;
  /** Tokens that end the answer and do not belong to it. */
  readonly stop: readonly number[];
  readonly sampling: Sampling;
  /** Above 1 makes tokens of the prompt and of the answer so far less likely, as in Transformers. Default 1. */
  readonly repetitionPenalty?: number | undefined;
  /** Which tokens the penalty is for: `all`, or those of the `answer` alone, so that names may be copied. Default all. */
  readonly penalized?: 'all' | 'answer' | undefined;
  /** May change the logits of each next token before it is picked. They are the arena's: not to be kept. */
  readonly adjust?: ((logits: Float32Array) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets each token of the answer; returning true ends it. */
  readonly onToken: (token: number) => unknown;
}

export interface Generation {
  readonly promptTokens: number;
  /** How many of them came from the prefix. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Until the first logits, in milliseconds. */
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** `stop`: a stop token, or `onToken` said so; `length`: maxTokens or the context's end; `aborted`: by the signal. */
  readonly finish: 'stop' | 'length' | 'aborted';
}

/** Caches are made in sizes of this many positions, so that the next request can take up the last one's. */
const CAPACITY_STEP = 256;

/**
 * Generates an answer, token by token. Aborting is not an error: it ends the answer within one step.
 * @throws EngineError `engine-context-full` when the prompt leaves no room, `engine-bad-request`, `engine-run-failed`
 */
export async function generate(backend: Backend, request: GenerateRequest): Promise<Generation> {
  const { prompt, arena, signal } = request;
  const { vocabulary } = backend.shape;
  const room = roomForAnswer(backend, request);
  const cache = backend.newCache(capacityFor(prompt.length + room, backend.shape.context), arena);
  const logits = arena.float32(vocabulary);

  const start = performance.now();
  const cachedTokens = request.prefix?.copyInto(cache, prompt) ?? 0;
  const prefilled = await prefill(backend, cache, prompt.subarray(cachedTokens), logits, signal);
  const middle = performance.now();
  const answer: Answer = prefilled
    ? await decode(backend, request, cache, logits, room)
    : { finish: 'aborted', outputTokens: 0 };
  return {
    promptTokens: prompt.length,
    cachedTokens,
    prefillMs: middle - start,
    decodeMs: performance.now() - middle,
    ...answer,
  };
}

type Answer = Pick<Generation, 'finish' | 'outputTokens'>;

async function decode(
  backend: Backend,
  request: GenerateRequest,
  cache: KvCache,
  logits: Float32Array,
  room: number,
): Promise<Answer> {
  const { arena, signal, stop } = request;
  const { vocabulary } = backend.shape;
  const picker = new TokenPicker(request.sampling, vocabulary, arena);
  const repetition = new RepetitionPenalty(request.repetitionPenalty ?? 1, vocabulary, arena);
  if (request.penalized !== 'answer') for (const token of request.prompt) repetition.see(token);

  const next = arena.int32(1);
  for (let outputTokens = 0; ; ) {
    if (signal?.aborted) return { finish: 'aborted', outputTokens };
    repetition.apply(logits);
    request.adjust?.(logits);
    const token = picker.pick(logits);
    if (stop.includes(token)) return { finish: 'stop', outputTokens };
    outputTokens++;
    if (request.onToken(token) === true) return { finish: 'stop', outputTokens };
    if (outputTokens === room) return { finish: 'length', outputTokens };
    repetition.see(token);
    next[0] = token;
    await backend.forward(cache, next, logits);
  }
}

function roomForAnswer(backend: Backend, { prompt, maxTokens }: GenerateRequest): number {
  const { context } = backend.shape;
  if (prompt.length === 0 || !(maxTokens >= 1)) {
    throw new EngineError('engine-bad-request', 'A prompt has one token at least, and so has an answer.');
  }
  if (prompt.length >= context) {
    throw new EngineError(
      'engine-context-full',
      `The prompt fills all of the model's ${context} positions: shorten it.`,
    );
  }
  return Math.min(Math.floor(maxTokens), context - prompt.length);
}

function capacityFor(positions: number, context: number): number {
  return Math.min(Math.ceil(positions / CAPACITY_STEP) * CAPACITY_STEP, context);
}
