import { shake128, shake256 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import {
  type AeadId,
  encapsulate,
  HpkeContext,
  isAeadId,
  isKemId,
  KEM_X25519,
  type KemId,
  type KemKeyPair,
  type Primitives,
  portablePrimitives,
  portableX25519Key,
  SealingState,
  x25519KeyPair,
  xwingKeyPair,
} from '../../../wire/index.js';
import { nativePrimitives } from '../../../wire/node/primitives.js';
import { bytes, coded, flipped, hex, utf8, vectors } from '../fixture.js';

interface Vector {
  readonly section?: string;
  readonly kem_id: KemId;
  readonly aead_id: AeadId;
  readonly info: string;
  readonly skEm?: string;
  readonly ikmE?: string;
  readonly pkRm: string;
  readonly skRm: string;
  readonly enc: string;
  readonly shared_secret: string;
  readonly key: string;
  readonly base_nonce: string;
  readonly encryptions: readonly { sequence?: number; aad: string; pt: string; ct: string; nonce: string }[];
  readonly exports: readonly { exporter_context: string; L: number; exported_value: string }[];
  readonly encryptions_accumulated?: string;
  readonly exports_accumulated?: string;
}

function recipient({ kem_id, skRm }: Vector): KemKeyPair {
  if (kem_id === KEM_X25519) return x25519KeyPair(portableX25519Key(bytes(skRm)));
  const expanded = shake256(bytes(skRm), { dkLen: 96 });
  return xwingKeyPair(expanded.slice(0, 64), portableX25519Key(expanded.slice(64)));
}

function sender({ kem_id, pkRm, skEm, ikmE }: Vector) {
  if (skEm) return encapsulate(kem_id, bytes(pkRm), portableX25519Key(bytes(skEm)));
  const random = bytes(ikmE!);
  return encapsulate(kem_id, bytes(pkRm), portableX25519Key(random.slice(32)), random.slice(0, 32));
}

function contexts(
  vector: Vector,
  aead?: Primitives,
): { readonly from: HpkeContext; readonly to: HpkeContext } {
  const suite = { kem: vector.kem_id, aead: vector.aead_id };
  const { shared } = sender(vector);
  return {
    from: new HpkeContext(suite, shared, bytes(vector.info), aead),
    to: new HpkeContext(suite, recipient(vector).decapsulate(bytes(vector.enc)), bytes(vector.info), aead),
  };
}

const VECTORS = [
  ...vectors<Vector[]>('hpke-rfc9180').map((vector) => [`RFC 9180, ${vector.section}`, vector] as const),
  ['X-Wing', vectors<Vector>('hpke-xwing')] as const,
];

describe.each(VECTORS)('HPKE: %s', (_, vector) => {
  it('encapsulates and decapsulates to the secret', () => {
    const { enc, shared } = sender(vector);
    const pair = recipient(vector);
    expect(hex(pair.publicKey)).toBe(vector.pkRm);
    expect(hex(enc)).toBe(vector.enc);
    expect(hex(shared.bytes)).toBe(vector.shared_secret);
    expect(hex(pair.decapsulate(enc).bytes)).toBe(vector.shared_secret);
  });

  it('schedules the key and the base nonce', () => {
    const { from } = contexts(vector);
    const state = new SealingState(vector.aead_id, bytes(vector.key), bytes(vector.base_nonce));
    expect(hex(from.seal(utf8('a'), utf8('p')))).toBe(hex(state.seal(utf8('a'), utf8('p'))));
  });

  it.each([
    ['portable', portablePrimitives],
    ['native', nativePrimitives],
  ])('seals and opens in order, by the %s cipher', (_, aead) => {
    const { from, to } = contexts(vector, aead);
    let sequence = 0;
    for (const [i, { sequence: at = i, aad, pt, ct }] of vector.encryptions.entries()) {
      for (; sequence < at; sequence++) to.open(utf8(''), from.seal(utf8(''), utf8('')));
      expect(hex(from.seal(bytes(aad), bytes(pt))), `sequence ${at}`).toBe(ct);
      expect(hex(to.open(bytes(aad), bytes(ct)))).toBe(pt);
      sequence++;
    }
  });

  it('exports on both sides', () => {
    const { from, to } = contexts(vector);
    for (const { exporter_context, L, exported_value } of vector.exports) {
      expect(hex(from.exportSecret(bytes(exporter_context), L).bytes)).toBe(exported_value);
      expect(hex(to.exportSecret(bytes(exporter_context), L).bytes)).toBe(exported_value);
    }
  });

  it.runIf(vector.encryptions_accumulated)('goes on right for 1,000 encryptions and exports', () => {
    const { from } = contexts(vector);
    const inputs = inputsFromShake();
    const sealed = shake128.create({ dkLen: 16 });
    for (let i = 0; i < 1000; i++) {
      const aad = inputs();
      sealed.update(from.seal(aad, inputs()));
    }
    expect(hex(sealed.digest())).toBe(vector.encryptions_accumulated);
    const contextsOf = inputsFromShake();
    const exported = shake128.create({ dkLen: 16 });
    for (let length = 0; length < 1000; length++) {
      exported.update(from.exportSecret(contextsOf(), length).bytes);
    }
    expect(hex(exported.digest())).toBe(vector.exports_accumulated);
  });
});

/** Byte strings drawn from SHAKE128 of nothing: a length in one byte, then so many. */
function inputsFromShake(): () => Uint8Array {
  const source = shake128.create({});
  return () => source.xof(source.xof(1)[0]!);
}

describe('a context', () => {
  const vector = VECTORS[0]![1];

  it('does not open what was changed, nor anything after it in its place', () => {
    const { from, to } = contexts(vector);
    const sealed = [from.seal(utf8(''), utf8('one')), from.seal(utf8(''), utf8('two'))] as const;
    for (let offset = 0; offset < sealed[0].length; offset++) {
      expect(() => to.open(utf8(''), flipped(sealed[0], offset))).toThrow(coded('hpke-open-failed'));
    }
    expect(() => to.open(utf8('other'), sealed[0])).toThrow(coded('hpke-open-failed'));
    expect(() => to.open(utf8(''), sealed[1])).toThrow(coded('hpke-open-failed'));
    expect(() => to.open(utf8(''), sealed[0].subarray(0, 15))).toThrow(coded('hpke-open-failed'));
    expect(hex(to.open(utf8(''), sealed[0]))).toBe(hex(utf8('one')));
  });

  it('wipes the shared secret it is made from, and can do nothing once it is wiped itself', () => {
    const { shared } = sender(vector);
    const view = shared.bytes;
    const context = new HpkeContext({ kem: KEM_X25519, aead: vector.aead_id }, shared, bytes(vector.info));
    expect(hex(view)).toBe('00'.repeat(32));
    context.wipe();
    expect(() => context.seal(utf8(''), utf8(''))).toThrow(coded('secret-wiped'));
    expect(() => context.open(utf8(''), new Uint8Array(16))).toThrow(coded('secret-wiped'));
    expect(() => context.exportSecret(utf8(''), 16)).toThrow(coded('secret-wiped'));
  });

  it('wipes the very arrays of its keys', () => {
    const key = bytes(vector.key);
    const nonce = bytes(vector.base_nonce);
    new SealingState(vector.aead_id, key, nonce).wipe();
    expect(hex(key) + hex(nonce)).toMatch(/^0+$/);
  });
});

describe('numbers of algorithms', () => {
  it('are those of RFC 9180 §7 and of X-Wing', () => {
    expect([0x0010, 0x0020, 0x0021, 0x647a].filter(isKemId)).toEqual([0x0020, 0x647a]);
    expect([0x0001, 0x0002, 0x0003, 0xffff].filter(isAeadId)).toEqual([0x0001, 0x0003]);
  });
});
