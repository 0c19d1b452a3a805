import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeKeyConfig,
  decodeKeyConfigList,
  encodeKeyConfig,
  encodeKeyConfigList,
  KEM_X25519,
  KEM_XWING,
  type KemId,
} from '../../wire/index.js';
import { bytes, coded, codeOf, flipped, hex, session, vectors } from './fixture.js';

const { keyConfig: published } = vectors<{ rfc9458: { keyConfig: string } }>('ohttp').rfc9458;
const KEMS: readonly [string, KemId][] = [
  ['X25519', KEM_X25519],
  ['X-Wing', KEM_XWING],
];

describe('a key configuration (RFC 9458 §3.1)', () => {
  it('reads and writes as the one of RFC 9458, appendix A', () => {
    const config = decodeKeyConfig(bytes(published));
    expect(config).toMatchObject({
      keyId: 1,
      kem: KEM_X25519,
      suites: [
        { kdf: 1, aead: 1 },
        { kdf: 1, aead: 3 },
      ],
    });
    expect(hex(encodeKeyConfig(config))).toBe(published);
  });

  it.each(KEMS)('with %s reads as it was written', (_, kem) => {
    const { config, keyConfig } = session(kem);
    expect(decodeKeyConfig(keyConfig)).toEqual(config);
  });

  it('keeps suites that we do not know, for others to choose from', () => {
    const suites = [
      { kdf: 1, aead: 2 },
      { kdf: 0xfefe, aead: 0xffff },
    ];
    expect(decodeKeyConfig(session(KEM_X25519, suites).keyConfig).suites).toEqual(suites);
  });

  it.each([
    ['no suites', `${published.slice(0, 70)}0000`],
    ['half a suite', `${published.slice(0, 70)}00060001000100`],
    ['a list shorter than it says', published.slice(0, -8)],
    ['bytes after its list', `${published}00`],
  ])('with %s is key-config-malformed', (_, text) => {
    expect(() => decodeKeyConfig(bytes(text))).toThrow(coded('key-config-malformed'));
  });

  it.each(['010010', '010021', '01ffff'])('that begins %s, with a KEM of others, is unsupported', (head) => {
    expect(() => decodeKeyConfig(bytes(head + published.slice(6)))).toThrow(coded('key-config-unsupported'));
  });

  it.each(KEMS)('with %s cut off at any byte is key-config-malformed', (_, kem) => {
    const { keyConfig } = session(kem);
    for (let length = 0; length < keyConfig.length; length++) {
      expect(codeOf(() => decodeKeyConfig(keyConfig.subarray(0, length)))).toBe('key-config-malformed');
    }
  });

  it.each(KEMS)('with %s and any bit flipped is another one, or refused', (_, kem) => {
    const { keyConfig } = session(kem);
    for (let offset = 0; offset < keyConfig.length; offset++) {
      const changed = flipped(keyConfig, offset);
      const code = codeOf(() => {
        expect(hex(encodeKeyConfig(decodeKeyConfig(changed)))).toBe(hex(changed));
      });
      expect(code ?? 'key-config-', `byte ${offset}`).toMatch(/^key-config-/);
    }
  });

  it('of random bytes is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (data) => {
        for (const decode of [decodeKeyConfig, decodeKeyConfigList]) {
          expect(codeOf(() => decode(data)) ?? 'key-config-').toMatch(/^key-config-/);
        }
      }),
    );
  });
});

describe('application/ohttp-keys (RFC 9458 §3.2)', () => {
  const configs = [session(KEM_XWING).config, session(KEM_X25519).config];
  const foreign = '000701001000000000';

  it('lists configurations in the order of preference', () => {
    expect(decodeKeyConfigList(encodeKeyConfigList(configs))).toEqual(configs);
  });

  it('may hold some with KEMs of others, which are passed over', () => {
    const list = bytes(foreign + hex(encodeKeyConfigList(configs)) + foreign);
    expect(decodeKeyConfigList(list)).toEqual(configs);
  });

  it.each([
    ['nothing', ''],
    ['only KEMs of others', foreign],
  ])('with %s is key-config-unsupported', (_, text) => {
    expect(() => decodeKeyConfigList(bytes(text))).toThrow(coded('key-config-unsupported'));
  });

  it.each([
    ['an entry of two bytes', '00020100'],
    ['an entry that ends too early', '0040010020'],
    ['half a length', '00'],
    ['a broken entry', '0003010020'],
  ])('with %s is key-config-malformed', (_, text) => {
    expect(() => decodeKeyConfigList(bytes(text))).toThrow(coded('key-config-malformed'));
  });
});
