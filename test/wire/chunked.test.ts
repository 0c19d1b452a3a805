import { describe, expect, it } from 'vitest';
import {
  ChunkedRequestOpener,
  ChunkedRequestSealer,
  concat,
  decodeKeyConfig,
  encapsulate,
  KEM_X25519,
  KEM_XWING,
  MAX_CHUNK_BYTES,
  portableX25519Key,
  x25519KeyPair,
} from '../../wire/index.js';
import { bytes, coded, codeOf, flipped, hex, session, textOf, utf8, vectors } from './fixture.js';

interface Example {
  readonly skR: string;
  readonly skE: string;
  readonly keyConfig: string;
  readonly request: string;
  readonly requestChunkSizes: readonly number[];
  readonly encapsulatedRequest: readonly string[];
  readonly response: string;
  readonly responseChunkSizes: readonly number[];
  readonly responseNonce: string;
  readonly encapsulatedResponse: readonly string[];
}
const V = vectors<{ chunked: Example }>('ohttp').chunked;
const config = decodeKeyConfig(bytes(V.keyConfig));
const pair = () => x25519KeyPair(portableX25519Key(bytes(V.skR)));
const sealer = () =>
  new ChunkedRequestSealer(config, (kem, publicKey) =>
    encapsulate(kem, publicKey, portableX25519Key(bytes(V.skE))),
  );
/** `text`, in hexadecimal, cut into pieces of so many bytes. */
function cut(text: string, sizes: readonly number[]): Uint8Array[] {
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size));
  return ends.map((end, i) => bytes(text).slice(end - sizes[i]!, end));
}

describe('the example of draft-ietf-ohai-chunked-ohttp, appendix A', () => {
  it('seals the request chunk by chunk', () => {
    const sending = sealer();
    const [first, second, last] = cut(V.request, V.requestChunkSizes) as [Uint8Array, Uint8Array, Uint8Array];
    const [header, enc, ...chunks] = V.encapsulatedRequest;
    expect(hex(sending.start)).toBe(`${header}${enc}`);
    expect([sending.chunk(first), sending.chunk(second), sending.final(last)].map(hex)).toEqual(chunks);
  });

  it('opens the request and seals the response chunk by chunk', () => {
    const opener = new ChunkedRequestOpener(pair(), config, bytes(V.encapsulatedRequest.join('')));
    expect(opener.open().map(hex)).toEqual(cut(V.request, V.requestChunkSizes).map(hex));
    const answer = opener.response(bytes(V.responseNonce));
    const [first, second, last] = cut(V.response, V.responseChunkSizes) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect([answer.start, answer.chunk(first), answer.chunk(second), answer.final(last)].map(hex)).toEqual(
      V.encapsulatedResponse,
    );
  });

  it('opens the response however it arrives', () => {
    const whole = bytes(V.encapsulatedResponse.join(''));
    for (let size = 1; size <= whole.length; size++) {
      const opener = sealer().response();
      const opened: Uint8Array[] = [];
      for (let at = 0; at < whole.length; at += size)
        opened.push(...opener.push(whole.subarray(at, at + size)));
      opened.push(opener.end());
      expect(opened.map(hex)).toEqual(cut(V.response, V.responseChunkSizes).map(hex));
    }
  });
});

describe.each([
  ['X25519', KEM_X25519],
  ['X-Wing', KEM_XWING],
] as const)('a request of several chunks by %s', (_, kem) => {
  const ours = session(kem);
  const sending = new ChunkedRequestSealer(ours.config);
  const [one, two, last] = [
    sending.chunk(utf8('one ')),
    sending.chunk(utf8('two ')),
    sending.final(utf8('end')),
  ];
  const { start } = sending;
  const open = (...parts: Uint8Array[]) => {
    const opener = new ChunkedRequestOpener(ours.pair, ours.config, concat(...parts));
    return textOf(concat(...opener.open()));
  };

  it('opens', () => {
    expect(open(start, one, two, last)).toBe('one two end');
  });

  it.each<[string, Uint8Array[]]>([
    ['out of order', [two, one, last]],
    ['one of them twice', [one, one, two, last]],
    ['one of them missing', [one, last]],
    ['the last as another one', [one, two, concat(Uint8Array.of(last.length - 1), last.subarray(1))]],
    ['another one as the last', [one, concat(Uint8Array.of(0), two.subarray(1))]],
    ['an empty last one', [one, two, Uint8Array.of(0)]],
    ['something behind the last one', [one, two, last, one]],
  ])('with %s is ohttp-open-failed', (_why, chunks) => {
    expect(() => open(start, ...chunks)).toThrow(coded('ohttp-open-failed'));
  });

  it.each<[string, Uint8Array[]]>([
    ['the last one missing', [one, two]],
    ['nothing at all', []],
    ['half a length', [one, Uint8Array.of(0x40)]],
  ])('with %s is ohttp-truncated', (_why, chunks) => {
    expect(() => open(start, ...chunks)).toThrow(coded('ohttp-truncated'));
  });

  it('is refused cut off anywhere', () => {
    const whole = concat(start, one, two, last);
    for (let length = 0; length < whole.length; length += length < start.length - 1 ? 13 : 1) {
      expect(codeOf(() => open(whole.subarray(0, length)))).toMatch(/^ohttp-(truncated|open-failed)$/);
    }
  });

  it('is refused with a bit flipped anywhere', () => {
    const whole = concat(start, one, two, last);
    for (let at = 0; at < whole.length; at += at < 40 || at >= start.length - 1 ? 1 : 53) {
      expect(
        codeOf(() => open(flipped(whole, at))),
        `byte ${at}`,
      ).toMatch(/^ohttp-(truncated|open-failed|malformed|unknown-key|unsupported-suite)$/);
    }
  });

  it('may write lengths in a longer form, the last one too', () => {
    const long = concat(Uint8Array.of(0x40), one);
    expect(open(start, long, two, bytes('8000000000').subarray(0, 4), last.subarray(1))).toBe('one two end');
  });
});

describe('sizes', () => {
  const ours = session(KEM_X25519);

  it.each([
    ['a chunk', concat(bytes('80080001'), new Uint8Array(9))],
    ['a chunk of 2^60 bytes', bytes('d000000000000000')],
    ['a last chunk', new Uint8Array(MAX_CHUNK_BYTES + 10)],
  ])('%s beyond the largest is ohttp-malformed', (_, chunks) => {
    const { start } = new ChunkedRequestSealer(ours.config);
    const opener = new ChunkedRequestOpener(ours.pair, ours.config, concat(start, chunks));
    expect(() => opener.open()).toThrow(coded('ohttp-malformed'));
  });

  it('of an answer are bounded too, before its end is seen', () => {
    const opener = new ChunkedRequestSealer(ours.config).response();
    expect(() => opener.push(new Uint8Array(MAX_CHUNK_BYTES + 100))).toThrow(coded('ohttp-malformed'));
  });
});

describe('the end', () => {
  const ours = session(KEM_X25519);

  it('is sealed once, and nothing after it', () => {
    const sending = new ChunkedRequestSealer(ours.config);
    const opener = new ChunkedRequestOpener(
      ours.pair,
      ours.config,
      concat(sending.start, sending.final(utf8(''))),
    );
    opener.open();
    const answer = opener.response();
    answer.final(utf8(''));
    for (const half of [sending, answer]) {
      expect(() => half.chunk(utf8('more'))).toThrow(coded('ohttp-finished'));
      expect(() => half.final(utf8('more'))).toThrow(coded('ohttp-finished'));
    }
  });

  it('of an answer before its nonce is there is ohttp-truncated', () => {
    const opener = new ChunkedRequestSealer(ours.config).response();
    opener.push(new Uint8Array(15));
    expect(() => opener.end()).toThrow(coded('ohttp-truncated'));
  });
});

it('has no chunk of more than 16 KiB, which everybody can receive', () => {
  const ours = session(KEM_X25519);
  for (const length of [0, 1, 16_384, 16_385, 40_000]) {
    const plain = crypto.getRandomValues(new Uint8Array(length));
    const sending = new ChunkedRequestSealer(ours.config);
    const message = concat(sending.start, sending.chunk(plain), sending.final(plain));
    const opened = new ChunkedRequestOpener(ours.pair, ours.config, message).open();
    expect(Math.max(...opened.map((chunk) => chunk.length))).toBeLessThanOrEqual(16_384);
    expect(opened).toHaveLength(2 * Math.max(1, Math.ceil(length / 16_384)));
    expect(hex(concat(...opened))).toBe(hex(plain).repeat(2));
  }
});
