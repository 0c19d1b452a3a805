import { describe, expect, it } from 'vitest';
import {
  concat,
  decapsulateRequest,
  decodeKeyConfig,
  encapsulate,
  encapsulateRequest,
  KEM_X25519,
  KEM_XWING,
  portableX25519Key,
  x25519KeyPair,
} from '../../wire/index.js';
import { bytes, coded, codeOf, flipped, hex, session, textOf, utf8, vectors } from './fixture.js';

const V = vectors<{ rfc9458: Record<string, string> }>('ohttp').rfc9458;
const config = decodeKeyConfig(bytes(V['keyConfig']!));
const pair = () => x25519KeyPair(portableX25519Key(bytes(V['skR']!)));
const sealed = () =>
  encapsulateRequest(config, bytes(V['request']!), (kem, publicKey) =>
    encapsulate(kem, publicKey, portableX25519Key(bytes(V['skE']!))),
  );

describe('the example of RFC 9458, appendix A', () => {
  it('has the key of its configuration', () => {
    expect(hex(pair().publicKey)).toBe(hex(config.publicKey));
  });

  it('seals the request', () => {
    expect(hex(sealed().message)).toBe(V['encapsulatedRequest']);
  });

  it('opens the request and seals the response', () => {
    const opened = decapsulateRequest(pair(), config, bytes(V['encapsulatedRequest']!));
    expect(hex(opened.request.bytes)).toBe(V['request']);
    expect(hex(opened.sealResponse(bytes(V['response']!), bytes(V['responseNonce']!)))).toBe(
      V['encapsulatedResponse'],
    );
  });

  it('opens the response', () => {
    expect(hex(sealed().openResponse(bytes(V['encapsulatedResponse']!)).bytes)).toBe(V['response']);
  });
});

describe.each([
  ['X25519 and AES-128-GCM', KEM_X25519, 1],
  ['X25519 and ChaCha20-Poly1305', KEM_X25519, 3],
  ['X-Wing and AES-128-GCM', KEM_XWING, 1],
  ['X-Wing and ChaCha20-Poly1305', KEM_XWING, 3],
] as const)('an exchange by %s', (_, kem, aead) => {
  const ours = session(kem, [{ kdf: 1, aead }]);

  it('goes there and back', () => {
    const pending = encapsulateRequest(ours.config, utf8('question'));
    const opened = decapsulateRequest(ours.pair, ours.config, pending.message);
    expect(textOf(opened.request.bytes)).toBe('question');
    const answer = opened.sealResponse(utf8('answer'));
    expect(textOf(pending.openResponse(answer).bytes)).toBe('answer');
  });

  it('is refused cut off anywhere or with a bit flipped anywhere', () => {
    const { message } = encapsulateRequest(ours.config, utf8('question'));
    const open = (data: Uint8Array) => codeOf(() => decapsulateRequest(ours.pair, ours.config, data));
    const bodyAt = message.length - 24;
    for (let length = 0; length < message.length; length += length < 40 || length >= bodyAt ? 1 : 53) {
      const expected = length < bodyAt ? 'ohttp-truncated' : 'ohttp-open-failed';
      expect(open(message.subarray(0, length)), `${length} bytes`).toBe(expected);
    }
    for (let offset = 0; offset < message.length; offset += offset < 40 || offset >= bodyAt ? 1 : 53) {
      const expected = ['ohttp-unknown-key', ...Array(6).fill('ohttp-unsupported-suite')][offset];
      expect(open(flipped(message, offset)), `byte ${offset}`).toBe(expected ?? 'ohttp-open-failed');
    }
  });

  it('has answers that are refused cut off anywhere or with a bit flipped anywhere', () => {
    const pending = encapsulateRequest(ours.config, utf8('question'));
    const answer = decapsulateRequest(ours.pair, ours.config, pending.message).sealResponse(utf8('answer'));
    const open = (data: Uint8Array) => codeOf(() => pending.openResponse(data));
    const nonce = answer.length - 'answer'.length - 16;
    expect(nonce).toBe(aead === 1 ? 16 : 32);
    for (let at = 0; at < answer.length; at++) {
      expect(open(answer.subarray(0, at))).toBe(at < nonce ? 'ohttp-truncated' : 'ohttp-open-failed');
      expect(open(flipped(answer, at))).toBe('ohttp-open-failed');
    }
  });
});

describe('a request', () => {
  const ours = session(KEM_X25519);
  const { message } = encapsulateRequest(ours.config, utf8('question'));
  const withHeader = (header: string) => concat(bytes(header), message.subarray(7));

  it.each([
    ['02002000010001', 'ohttp-unknown-key', 'another key'],
    ['01647a00010001', 'ohttp-unsupported-suite', 'another KEM'],
    ['01001000010001', 'ohttp-unsupported-suite', 'an unknown KEM'],
    ['01002000020001', 'ohttp-unsupported-suite', 'another KDF'],
    ['01002000010002', 'ohttp-unsupported-suite', 'an AEAD that was not offered'],
    ['0100200001ffff', 'ohttp-unsupported-suite', 'the export-only AEAD'],
    ['01002000010003', 'ohttp-open-failed', 'the other AEAD that was offered'],
  ])('with the header %s is %s: %s', (header, code) => {
    expect(() => decapsulateRequest(ours.pair, ours.config, withHeader(header))).toThrow(coded(code));
  });

  it('to somebody else does not open', () => {
    const other = session(KEM_X25519);
    expect(() => decapsulateRequest(other.pair, other.config, message)).toThrow(coded('ohttp-open-failed'));
  });

  it('with an encapsulated key of small order does not open, and says no more than that', () => {
    const changed = Uint8Array.from(message).fill(0, 7, 39);
    expect(() => decapsulateRequest(ours.pair, ours.config, changed)).toThrow(coded('ohttp-open-failed'));
  });

  it('is not sealed to a configuration without a suite that we have', () => {
    const { config: foreign } = session(KEM_X25519, [{ kdf: 1, aead: 2 }]);
    expect(() => encapsulateRequest(foreign, utf8('question'))).toThrow(coded('key-config-unsupported'));
  });

  it('is sealed by the first suite that we have', () => {
    const suites = [
      { kdf: 2, aead: 1 },
      { kdf: 1, aead: 3 },
      { kdf: 1, aead: 1 },
    ];
    const { message: chosen } = encapsulateRequest(session(KEM_X25519, suites).config, utf8('question'));
    expect(hex(chosen.subarray(0, 7))).toBe('01002000010003');
  });

  it('leaves nothing once both sides wipe', () => {
    const pending = encapsulateRequest(ours.config, utf8('question'));
    const opened = decapsulateRequest(ours.pair, ours.config, pending.message);
    const view = opened.request.bytes;
    const answer = opened.sealResponse(utf8('answer'));
    opened.wipe();
    pending.wipe();
    expect(view.every((byte) => byte === 0)).toBe(true);
    expect(() => opened.sealResponse(utf8('more'))).toThrow(coded('secret-wiped'));
    expect(() => pending.openResponse(answer)).toThrow(coded('secret-wiped'));
  });
});
