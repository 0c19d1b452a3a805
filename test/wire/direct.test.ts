import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directName, nonceOfDirectName } from '../../wire/index.js';
import { codeOf } from './fixture.js';

const nonces = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** RFC 4648 §6, for comparison: five bits at a time out of one large number. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g)!.map((group) => Number.parseInt(group.padEnd(5, '0'), 2));
  return groups.map((value) => 'abcdefghijklmnopqrstuvwxyz234567'[value]).join('');
}

describe('the server name of a direct connection', () => {
  it('is the nonce in base32, lower case and without padding, under direct.sotto', () => {
    expect(directName(new Uint8Array(32))).toBe(`${'a'.repeat(52)}.direct.sotto`);
    expect(directName(new Uint8Array(32).fill(255))).toBe(`${'7'.repeat(51)}q.direct.sotto`);
    // Python's base64.b32encode(bytes(range(32))).
    expect(directName(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(
      'aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq.direct.sotto',
    );
    fc.assert(
      fc.property(nonces, (nonce) => {
        expect(directName(nonce)).toBe(`${base32(nonce)}.direct.sotto`);
        expect(nonceOfDirectName(directName(nonce))).toEqual(nonce);
      }),
    );
  });

  it('is the only name of its nonce: whatever is read is written the same', () => {
    const character = fc.constantFrom(...'abcxyz234567A189-.=');
    fc.assert(
      fc.property(nonces, fc.nat(64), character, (nonce, at, other) => {
        const name = directName(nonce);
        const changed = name.slice(0, at) + other + name.slice(at + 1);
        const outcome = codeOf(() => nonceOfDirectName(changed));
        if (outcome === undefined) expect(directName(nonceOfDirectName(changed))).toBe(changed);
        else expect(outcome).toBe('direct-name-malformed');
      }),
    );
  });

  it.each(['', 'direct.sotto', '.direct.sotto', 'localhost', `${'a'.repeat(51)}b.direct.sotto`])(
    'is not %j',
    (name) => {
      expect(codeOf(() => nonceOfDirectName(name))).toBe('direct-name-malformed');
    },
  );

  it('is not made of a nonce of another length', () => {
    for (const length of [0, 31, 33])
      expect(codeOf(() => directName(new Uint8Array(length)))).toBe('direct-name-malformed');
  });
});
