import { describe, expect, it } from 'vitest';
import {
  type AnswerEvent,
  type AnswerOpener,
  ChunkedRequestOpener,
  concat,
  encodeBhttpResponse,
  KEM_X25519,
  KEM_XWING,
  type KemId,
  openTaskRequest,
  sealTaskRequest,
} from '../../wire/index.js';
import { coded, codeOf, flipped, REQUESTS, session, utf8 } from './fixture.js';

const KEMS: readonly [string, KemId][] = [
  ['X25519', KEM_X25519],
  ['X-Wing', KEM_XWING],
];

describe.each(KEMS)('a sealed request by %s', (_, kem) => {
  const ours = session(kem);
  const { message } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
  const open = (data: Uint8Array) => codeOf(() => openTaskRequest(ours.pair, ours.config, data));
  const encEnd = 7 + (kem === KEM_X25519 ? 32 : 1120);
  /** Every byte of X25519's; of X-Wing's, whose every try takes long, the edges and a sample. */
  const step = (at: number) => (kem === KEM_X25519 || at < 40 || Math.abs(at - encEnd) < 40 ? 1 : 29);

  it('cut off at any byte is refused', () => {
    for (let length = 0; length < message.length; length += step(length)) {
      const expected = length <= encEnd ? 'ohttp-truncated' : 'ohttp-open-failed';
      expect(open(message.subarray(0, length)), `${length} bytes`).toBe(expected);
    }
  });

  it('with a bit flipped anywhere is refused', () => {
    for (let at = 0; at < message.length; at += step(at)) {
      const code = open(flipped(message, at));
      if (at === 0) expect(code).toBe('ohttp-unknown-key');
      else if (at < 7) expect(code, `byte ${at}`).toBe('ohttp-unsupported-suite');
      else
        expect(code, `byte ${at}`).toMatch(
          at === encEnd ? /^ohttp-(truncated|malformed|open-failed)$/ : /^ohttp-open-failed$/,
        );
    }
  });

  it('with anything behind it is refused', () => {
    expect(open(concat(message, Uint8Array.of(0)))).toBe('ohttp-open-failed');
    expect(open(concat(message, message))).toBe('ohttp-open-failed');
  });

  it('does not open with the key of another session', () => {
    const other = session(kem);
    expect(codeOf(() => openTaskRequest(other.pair, other.config, message))).toBe('ohttp-open-failed');
  });

  it('is not sealed to a key config that is broken', () => {
    for (let at = 0; at < ours.keyConfig.length; at += 1) {
      const seal = () => sealTaskRequest(ours.keyConfig.subarray(0, at), REQUESTS[0]!);
      expect(codeOf(seal)).toBe('key-config-malformed');
    }
  });

  it('sealed to a changed key config is refused by the client, or by the server', () => {
    for (let at = 0; at < ours.keyConfig.length; at += kem === KEM_X25519 ? 1 : 41) {
      const code = codeOf(() => {
        const changed = sealTaskRequest(flipped(ours.keyConfig, at), REQUESTS[0]!);
        // A change in the list of suites may only take one of them away.
        if (at < ours.keyConfig.length - 10) expect(open(changed.message)).toMatch(/^ohttp-/);
      });
      expect(code ?? 'key-config-', `byte ${at}`).toMatch(/^(key-config-|hpke-bad-key$)/);
    }
  });
});

/** A request, and what the server answers to it chunk by chunk. */
function exchange(kem: KemId = KEM_X25519): { opener: AnswerOpener; chunks: Uint8Array[] } {
  const ours = session(kem);
  const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
  const { answer: sealer } = openTaskRequest(ours.pair, ours.config, message);
  const events: AnswerEvent[] = [
    { kind: 'text', text: utf8('one') },
    { kind: 'text', text: utf8('two') },
    { kind: 'item' },
  ];
  return {
    opener: answer,
    chunks: [sealer.head(), ...events.map((event) => sealer.event(event)), sealer.end()],
  };
}

/** The code with which a stream of chunks ends, if it does not end well. */
function outcome(opener: AnswerOpener, chunks: readonly Uint8Array[]): string | undefined {
  return codeOf(() => {
    for (const chunk of chunks) opener.push(chunk);
    opener.end();
  });
}

describe.each(KEMS)('a sealed answer by %s', (_, kem) => {
  it.each<[string, (chunks: Uint8Array[]) => Uint8Array[]]>([
    ['two of its chunks in the other order', ([a, b, c, ...rest]) => [a!, c!, b!, ...rest]],
    ['a chunk twice', ([a, b, ...rest]) => [a!, b!, b!, ...rest]],
    ['a chunk missing', ([a, , ...rest]) => [a!, ...rest]],
    ['the chunk before the last missing', (chunks) => chunks.toSpliced(-2, 1)],
    ['a chunk after the end', (chunks) => [...chunks, chunks[1]!]],
    ['its end only', (chunks) => [chunks[0]!.subarray(0, 16), chunks.at(-1)!]],
    ['the head of another answer', ([, ...rest]) => [exchange(kem).chunks[0]!, ...rest]],
    [
      'a chunk in place of the end',
      (chunks) => [...chunks.slice(0, -1), concat(Uint8Array.of(0), chunks[1]!.subarray(2))],
    ],
    [
      'the end as another chunk',
      (chunks) => [...chunks.slice(0, -1), concat(chunks[1]!.subarray(0, 2), chunks.at(-1)!.subarray(1))],
    ],
  ])('with %s is ohttp-open-failed', (_why, change) => {
    const { opener, chunks } = exchange(kem);
    expect(outcome(opener, change(chunks))).toBe('ohttp-open-failed');
    expect(opener.finished).toBe(false);
  });

  it('of another request does not open', () => {
    expect(outcome(exchange(kem).opener, exchange(kem).chunks)).toBe('ohttp-open-failed');
  });
});

describe('a sealed answer', () => {
  it('cut off at any byte is never complete', () => {
    const { chunks } = exchange();
    const whole = concat(...chunks);
    // The opener belongs to one answer: so each try has its own.
    for (let length = 0; length < whole.length; length += 3) {
      const { opener, chunks: own } = exchange();
      const code = outcome(opener, [concat(...own).subarray(0, length)]);
      expect(code, `${length} bytes`).toMatch(/^ohttp-(truncated|open-failed)$/);
      if (length < whole.length - 274) expect(code).toBe('ohttp-truncated');
      expect(opener.finished).toBe(false);
    }
  });

  it('with a bit flipped anywhere is never complete, and gives nothing from there on', () => {
    const { chunks } = exchange();
    for (let at = 0; at < concat(...chunks).length; at += 3) {
      const { opener, chunks: own } = exchange();
      const changed = flipped(concat(...own), at);
      expect(outcome(opener, [changed]), `byte ${at}`).toMatch(/^ohttp-(truncated|open-failed|malformed)$/);
      expect(opener.finished).toBe(false);
    }
  });

  it('does not go on behind a chunk that was changed, even if the caller does', () => {
    const { opener, chunks } = exchange();
    opener.push(chunks[0]!);
    expect(() => opener.push(flipped(chunks[1]!, 40))).toThrow(coded('ohttp-open-failed'));
    expect(() => opener.push(chunks[2]!)).toThrow(coded('ohttp-open-failed'));
  });

  it.each([
    ['another status', 'bhttp-malformed', 503, 'indeterminate-length'],
    ['a known length', 'bhttp-malformed', 200, 'known-length'],
    ['content that is no event', 'event-malformed', 200, 'indeterminate-length'],
  ] as const)('with %s is %s', (_, code, status, framing) => {
    const ours = session(KEM_X25519);
    const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
    const opener = new ChunkedRequestOpener(ours.pair, ours.config, message);
    opener.open();
    const chunks = opener.response();
    const response = { informational: [], status, headers: [], content: utf8('?'), trailers: [] };
    answer.push(chunks.start);
    expect(() => answer.push(chunks.chunk(encodeBhttpResponse(response, framing)))).toThrow(coded(code));
  });

  it('whose content does not end is bhttp-truncated', () => {
    const ours = session(KEM_X25519);
    const { message, answer } = sealTaskRequest(ours.keyConfig, REQUESTS[0]!);
    const opener = new ChunkedRequestOpener(ours.pair, ours.config, message);
    opener.open();
    const chunks = opener.response();
    answer.push(concat(chunks.start, chunks.final(Uint8Array.of(3, 0x40, 0xc8, 0))));
    expect(() => answer.end()).toThrow(coded('bhttp-truncated'));
  });
});
