import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../wire/index.js';
import { coded, hex, utf8 } from './fixture.js';

const CANARY = 'canary-7f3a';

describe('secret bytes', () => {
  it.each<[string, (secret: SecretBytes) => string]>([
    ['String()', (secret) => String(secret)],
    ['a template', (secret) => `${secret}`],
    ['JSON', (secret) => JSON.stringify({ secret })],
    ['util.inspect', (secret) => inspect(secret, { showHidden: true, depth: 9 })],
    ['util.inspect of what holds it', (secret) => inspect({ deep: [secret] }, { depth: 9 })],
    ['its own properties', (secret) => JSON.stringify(Object.getOwnPropertyNames(secret))],
  ])('do not show by %s', (_, print) => {
    const secret = new SecretBytes(utf8(CANARY));
    const shown = print(secret);
    for (const form of [CANARY, hex(utf8(CANARY)), [...utf8(CANARY)].join(), [...utf8(CANARY)].join(', ')]) {
      expect(shown).not.toContain(form);
    }
  });

  it('are zeros in every view once they are wiped', () => {
    const owned = utf8(CANARY);
    const view = owned.subarray(3);
    const secret = new SecretBytes(owned);
    expect(secret.bytes).toBe(owned);
    secret.wipe();
    expect(view.every((byte) => byte === 0)).toBe(true);
    expect(secret.wiped).toBe(true);
    expect(secret).toHaveLength(CANARY.length);
  });

  it('cannot be read after that, and can be wiped again', () => {
    const secret = new SecretBytes(utf8(CANARY));
    secret.wipe();
    secret.wipe();
    expect(() => secret.bytes).toThrow(coded('secret-wiped'));
  });

  it('are wiped at the end of their scope by Symbol.dispose', () => {
    const owned = utf8(CANARY);
    new SecretBytes(owned)[Symbol.dispose]();
    expect(owned.every((byte) => byte === 0)).toBe(true);
  });
});
