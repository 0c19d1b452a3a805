/** Sends an answer's events at a fixed beat, whatever the model's own: what comes when says nothing about tokens. */
import type { SecretArena } from '../../model/index.js';
import { type AnswerEvent, type AnswerSealer, MAX_EVENT_TEXT } from '../../wire/index.js';

/** The number of beats of an answer is a multiple of this, so that not even its end tells a token's time. */
const BEATS_IN_BAR = 8;

/** A text event that can still take more. */
interface OpenText {
  readonly kind: 'open-text';
  readonly buffer: Uint8Array;
  length: number;
}

export class Cadence {
  readonly #sealer: AnswerSealer;
  readonly #arena: SecretArena;
  readonly #send: (chunk: Uint8Array) => void;
  readonly #queue: (AnswerEvent | OpenText)[] = [];
  readonly #timer: NodeJS.Timeout;
  #beats = 0;
  #stopped = false;
  #drained: (() => void) | undefined;

  /** Begins with the head at once; from then on there is a chunk every `beatMs`. */
  constructor(sealer: AnswerSealer, arena: SecretArena, beatMs: number, send: (chunk: Uint8Array) => void) {
    this.#sealer = sealer;
    this.#arena = arena;
    this.#send = send;
    send(sealer.head());
    this.#timer = setInterval(() => this.#beat(), beatMs);
  }

  /** Takes a copy of a text of whole UTF-8 sequences, which goes out with as much of its neighbours as fits. */
  text(text: Uint8Array): void {
    for (let from = 0; from < text.length; ) {
      const last = this.#queue.at(-1);
      const open = last?.kind === 'open-text' ? last : this.#newText();
      const to = Math.min(text.length, from + open.buffer.length - open.length);
      const cut = to === text.length ? to : beforeSequence(text, from, to);
      if (cut === from) {
        this.#newText();
        continue;
      }
      open.buffer.set(text.subarray(from, cut), open.length);
      open.length += cut - from;
      from = cut;
    }
  }

  event(event: AnswerEvent): void {
    this.#queue.push(event);
  }

  /** Resolves when everything has gone out and the beat is the last of a bar, or when it is stopped. */
  drained(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped = true;
    this.#queue.length = 0;
    this.#drained?.();
  }

  #newText(): OpenText {
    const open: OpenText = { kind: 'open-text', buffer: this.#arena.bytes(MAX_EVENT_TEXT), length: 0 };
    this.#queue.push(open);
    return open;
  }

  #beat(): void {
    const next = this.#queue.shift();
    this.#send(this.#sealer.event(next ? closed(next) : { kind: 'idle' }));
    this.#beats++;
    if (this.#queue.length === 0 && this.#beats % BEATS_IN_BAR === 0) this.#drained?.();
  }
}

function closed(event: AnswerEvent | OpenText): AnswerEvent {
  if (event.kind !== 'open-text') return event;
  return { kind: 'text', text: event.buffer.subarray(0, event.length) };
}

/** The last place up to `to` where no UTF-8 sequence is cut. */
function beforeSequence(text: Uint8Array, from: number, to: number): number {
  let cut = to;
  while (cut > from && (text[cut]! & 0xc0) === 0x80) cut--;
  return cut;
}
