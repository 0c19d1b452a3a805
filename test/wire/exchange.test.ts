import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnswerEvent,
  ChunkedRequestSealer,
  concat,
  encodeBhttpRequest,
  encodeTaskBody,
  KEM_X25519,
  KEM_XWING,
  type KemId,
  openTaskRequest,
  REQUEST_CLASSES,
  sealTaskRequest,
  type TaskRequest,
} from '../../wire/index.js';
import { coded, concatText, hex, REQUESTS, session, summarize, type TestSession, utf8 } from './fixture.js';

const KEMS: readonly [string, KemId, number][] = [
  ['X25519', KEM_X25519, 32],
  ['X-Wing', KEM_XWING, 1120],
];
const STATS = {
  promptTokens: 9,
  cachedTokens: 5,
  outputTokens: 3,
  prefillMs: 1.5,
  decodeMs: 2,
  wipedBytes: 4096,
};
const EVENTS: readonly AnswerEvent[] = [
  { kind: 'text', text: utf8('They meet at nine. ') },
  { kind: 'idle' },
  { kind: 'text', text: utf8('Gruß 👋') },
  { kind: 'notice', notice: 'messages-dropped', count: 2 },
  { kind: 'done', stats: STATS },
];

function parsed(ours: TestSession, message: Uint8Array): TaskRequest {
  return openTaskRequest(ours.pair, ours.config, message).parse();
}

describe.each(KEMS)('a sealed exchange by %s', (_, kem, encSize) => {
  const ours = session(kem);

  it.each(REQUESTS.map((request) => [request.task, request] as const))('carries %s', (_task, request) => {
    const { message } = sealTaskRequest(ours.keyConfig, request);
    expect(parsed(ours, message)).toEqual(
      request.task === 'summarize' ? { unreadFrom: 0, ...request } : request,
    );
  });

  it('answers with events, the first of which is idle', () => {
    const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
    const { answer: sealer } = openTaskRequest(ours.pair, ours.config, message);
    const stream = [sealer.head(), ...EVENTS.map((event) => sealer.event(event)), sealer.end()];
    expect(stream.flatMap((chunk) => answer.push(chunk))).toEqual([{ kind: 'idle' }, ...EVENTS]);
    expect(answer.finished).toBe(false);
    expect(answer.end()).toEqual([]);
    expect(answer.finished).toBe(true);
  });

  it('can be read however the answer is cut', () => {
    const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
    const { answer: sealer } = openTaskRequest(ours.pair, ours.config, message);
    const whole = concat(sealer.head(), ...EVENTS.map((event) => sealer.event(event)), sealer.end());
    const events: AnswerEvent[] = [];
    // One byte at a time: every place is a cut.
    for (const byte of whole) events.push(...answer.push(Uint8Array.of(byte)));
    events.push(...answer.end());
    expect(events).toEqual([{ kind: 'idle' }, ...EVENTS]);
  });

  it('can be read in pieces of any sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 }), (sizes) => {
        const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[3]!);
        const { answer: sealer } = openTaskRequest(ours.pair, ours.config, message);
        const whole = concat(sealer.head(), ...EVENTS.map((event) => sealer.event(event)), sealer.end());
        const events: AnswerEvent[] = [];
        for (let at = 0, i = 0; at < whole.length; at += sizes[i++ % sizes.length]!) {
          events.push(...answer.push(whole.subarray(at, at + sizes[i % sizes.length]!)));
        }
        expect([...events, ...answer.end()]).toEqual([{ kind: 'idle' }, ...EVENTS]);
      }),
      { numRuns: 20 },
    );
  });

  it('has requests of a few sizes only, whatever is in them', () => {
    // Header, encapsulated key, the zero of a final chunk, the tag; length and tag of each chunk before it.
    const overhead = 7 + encSize + 1 + 16;
    const sizes = REQUEST_CLASSES.map((size) => size + overhead + chunksBefore(size) * (4 + 16));
    for (const length of [1, 900, 1000, 1025, 5000, 100_000, 262_000]) {
      const request = { task: 'proofread', text: new Uint8Array(length).fill(0x61) } as const;
      expect(sizes).toContain(sealTaskRequest(ours.keyConfig, request).message.length);
    }
    for (const request of REQUESTS) {
      expect(sealTaskRequest(ours.keyConfig, request).message).toHaveLength(1024 + overhead);
    }
  });

  it('has answers whose chunks all have one size', () => {
    const { message } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
    const { answer: sealer } = openTaskRequest(ours.pair, ours.config, message);
    const nonceSize = 16;
    expect(sealer.head()).toHaveLength(nonceSize + 276);
    for (const event of EVENTS) expect(sealer.event(event)).toHaveLength(276);
    // The final chunk has a zero in the place of two bytes of length, and as much ciphertext.
    expect(sealer.end()).toHaveLength(275);
  });

  it('never seals the same bytes twice', () => {
    const messages = [1, 2].map(() => hex(sealTaskRequest(ours.keyConfig, REQUESTS[0]!).message));
    expect(messages[0]).not.toBe(messages[1]);
  });
});

describe('a request', () => {
  const ours = session(KEM_X25519);

  it('of more than 256 KiB is request-too-large before anything is sealed', () => {
    const request = { task: 'proofread', text: new Uint8Array(256 * 1024).fill(0x61) } as const;
    expect(() => sealTaskRequest(ours.keyConfig, request)).toThrow(coded('request-too-large'));
  });

  /** Seals what a client of ours would not write, in pieces if asked to. */
  function sealed(parts: readonly Uint8Array[]): Uint8Array {
    const sealer = new ChunkedRequestSealer(ours.config);
    const last = parts.at(-1)!;
    return concat(sealer.start, ...parts.slice(0, -1).map((part) => sealer.chunk(part)), sealer.final(last));
  }
  const plain = (
    change: { method?: string; path?: string; content?: Uint8Array },
    framing?: 'indeterminate-length',
  ) =>
    encodeBhttpRequest(
      {
        ...{ method: utf8(change.method ?? 'POST'), scheme: utf8('https'), authority: utf8('') },
        ...{ path: utf8(change.path ?? '/v1/proofread'), headers: [], trailers: [] },
        content: change.content ?? encodeTaskBody({ task: 'proofread', text: utf8('teh cat') }),
      },
      framing,
    );

  it.each<[string, string, Uint8Array]>([
    ['request-malformed', 'is not a POST', plain({ method: 'GET' })],
    ['request-unknown-task', 'is for another path', plain({ path: '/v1/translate' })],
    ['request-malformed', 'has no body', plain({ content: utf8('') })],
    [
      'request-invalid-utf8',
      'has bytes that are no text',
      plain({ content: Uint8Array.of(0xa1, 1, 0x41, 0xff) }),
    ],
    ['request-too-large', 'has a body beyond all limits', plain({ content: new Uint8Array(256 * 1024 + 1) })],
    ['bhttp-truncated', 'is not whole', plain({}).subarray(0, 12)],
    ['bhttp-malformed', 'is a response', Uint8Array.of(1, 0x40, 0xc8)],
    ['bhttp-truncated', 'is empty', utf8('')],
  ])('opens, but is %s when it %s: there is somebody to tell so', (code, _, message) => {
    const opened = openTaskRequest(ours.pair, ours.config, sealed([message]));
    expect(() => opened.parse()).toThrow(coded(code));
    expect(opened.answer.event({ kind: 'error', code })).toHaveLength(276);
  });

  it('may come in many chunks and in either framing', () => {
    for (const framing of [undefined, 'indeterminate-length'] as const) {
      const whole = plain({}, framing);
      const parts = [...whole].map((byte) => Uint8Array.of(byte));
      expect(parsed(ours, sealed(parts))).toEqual({ task: 'proofread', text: utf8('teh cat') });
    }
  });

  it('carries ten thousand messages in one of the sizes', () => {
    const messages = Array.from({ length: 10_000 }, (_, i) => ({ sender: utf8('A'), text: utf8(String(i)) }));
    const { message } = sealTaskRequest(ours.keyConfig, summarize({ messages, unreadFrom: 0 }));
    expect(message).toHaveLength(128 * 1024 + 56 + chunksBefore(128 * 1024) * 20);
    const opened = parsed(ours, message) as unknown as { messages: { text: Uint8Array }[] };
    expect(concatText(opened.messages.slice(-2).map(({ text }) => text))).toBe('99989999');
  });
});

/** A request of a size has so many chunks of 16 KiB ahead of its final one. */
function chunksBefore(size: number): number {
  return Math.ceil(size / 16_384) - 1;
}
