import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CborValue,
  decodeSessionAnswer,
  decodeSessionOpen,
  encodeCbor,
  encodeSessionAnswer,
  encodeSessionOpen,
  KEM_X25519,
  KEM_XWING,
  NONCE_SIZE,
  SESSION_ID_SIZE,
  type SessionAnswer,
} from '../../wire/index.js';
import { bytes, coded, codeOf, hex } from './fixture.js';

const nonce = new Uint8Array(NONCE_SIZE).fill(7);
const hash = new Uint8Array(32).fill(9);
const answer: SessionAnswer = {
  certificate: bytes('3003020101'),
  keyConfig: bytes('0100'),
  sessionId: new Uint8Array(SESSION_ID_SIZE).fill(3),
  ttlSeconds: 120,
  auditPath: { index: 2, size: 5, hashes: [hash, hash] },
};
const map = (entries: readonly (readonly [number, CborValue])[]) => new Map(entries);

describe('the opening of a session', () => {
  it('is {1: nonce, 2: [+ KEM]}', () => {
    const encoded = encodeSessionOpen({ nonce, kems: [KEM_XWING, KEM_X25519] });
    expect(hex(encoded)).toBe(`a2015820${'07'.repeat(32)}028219647a1820`);
    expect(decodeSessionOpen(encoded)).toEqual({ nonce, kems: [KEM_XWING, KEM_X25519] });
  });

  it('may offer KEMs of others, which are passed over', () => {
    const encoded = encodeCbor(
      map([
        [1, nonce],
        [2, [0x9999, KEM_X25519, 1]],
      ]),
    );
    expect(decodeSessionOpen(encoded).kems).toEqual([KEM_X25519]);
  });

  it('with KEMs of others only is hpke-unsupported', () => {
    const encoded = encodeCbor(
      map([
        [1, nonce],
        [2, [0x10, 0x9999]],
      ]),
    );
    expect(() => decodeSessionOpen(encoded)).toThrow(coded('hpke-unsupported'));
  });

  it.each<[string, CborValue]>([
    ['no map', [nonce, [KEM_X25519]]],
    ['no nonce', map([[2, [KEM_X25519]]])],
    ['no KEMs', map([[1, nonce]])],
    [
      'an empty list of KEMs',
      map([
        [1, nonce],
        [2, []],
      ]),
    ],
    [
      'seventeen KEMs',
      map([
        [1, nonce],
        [2, Array(17).fill(KEM_X25519)],
      ]),
    ],
    [
      'a KEM that is no integer',
      map([
        [1, nonce],
        [2, [bytes('20')]],
      ]),
    ],
    [
      'KEMs that are no list',
      map([
        [1, nonce],
        [2, KEM_X25519],
      ]),
    ],
    [
      'a short nonce',
      map([
        [1, nonce.subarray(1)],
        [2, [KEM_X25519]],
      ]),
    ],
    [
      'a long nonce',
      map([
        [1, new Uint8Array(33)],
        [2, [KEM_X25519]],
      ]),
    ],
    [
      'a nonce that is no byte string',
      map([
        [1, 7],
        [2, [KEM_X25519]],
      ]),
    ],
    [
      'one key too many',
      map([
        [1, nonce],
        [2, [KEM_X25519]],
        [3, 0],
      ]),
    ],
  ])('with %s is session-malformed', (_, item) => {
    expect(() => decodeSessionOpen(encodeCbor(item))).toThrow(coded('session-malformed'));
  });
});

describe('the answer to it', () => {
  const encoded = encodeSessionAnswer(answer);

  it('is {1: certificate, 2: key config, 3: id, 4: seconds, 5: {1: index, 2: size, 3: [* hash]}}', () => {
    const path = `a30102020503825820${'09'.repeat(32)}5820${'09'.repeat(32)}`;
    expect(hex(encoded)).toBe(`a501453003020101024201000350${'03'.repeat(16)}04187805${path}`);
    expect(decodeSessionAnswer(encoded)).toEqual(answer);
  });

  const entries: readonly (readonly [number, CborValue])[] = [
    [1, answer.certificate],
    [2, answer.keyConfig],
    [3, answer.sessionId],
    [4, 120],
    [
      5,
      map([
        [1, 2],
        [2, 5],
        [3, [hash]],
      ]),
    ],
  ];
  const withEntry = (key: number, item: CborValue) =>
    map(entries.map((e) => (e[0] === key ? [key, item] : e)));

  it.each<[string, CborValue]>([
    ['no map', 5],
    ['a certificate that is no byte string', withEntry(1, 1)],
    ['an id of another length', withEntry(3, new Uint8Array(15))],
    ['a lifetime that is no integer', withEntry(4, bytes('78'))],
    ['no audit path', withEntry(5, 1)],
    [
      'a path without size',
      withEntry(
        5,
        map([
          [1, 0],
          [3, []],
        ]),
      ),
    ],
    [
      'hashes that are no list',
      withEntry(
        5,
        map([
          [1, 0],
          [2, 1],
          [3, 0],
        ]),
      ),
    ],
    [
      'a hash of another length',
      withEntry(
        5,
        map([
          [1, 0],
          [2, 2],
          [3, [new Uint8Array(31)]],
        ]),
      ),
    ],
    [
      'a path of 65 hashes',
      withEntry(
        5,
        map([
          [1, 0],
          [2, 2],
          [3, Array(65).fill(hash)],
        ]),
      ),
    ],
    ['one key missing', map(entries.slice(1))],
    ['one key too many', map([...entries, [6, 0]])],
  ])('with %s is session-malformed', (_, item) => {
    expect(() => decodeSessionAnswer(encodeCbor(item))).toThrow(coded('session-malformed'));
  });

  it('cut off at any byte is session-malformed', () => {
    for (let length = 0; length < encoded.length; length++) {
      expect(codeOf(() => decodeSessionAnswer(encoded.subarray(0, length)))).toBe('session-malformed');
    }
  });
});

it('random bytes are session-malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      for (const decode of [decodeSessionOpen, decodeSessionAnswer]) {
        expect(codeOf(() => decode(data))).toBe('session-malformed');
      }
    }),
  );
});
