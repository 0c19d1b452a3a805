import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  encodeKeyConfig,
  generateKemKeyPair,
  KEM_X25519,
  KEM_XWING,
  type KemId,
  OFFERED_SUITES,
  openTaskRequest,
  sealTaskRequest,
} from '../../wire/index.js';
import { nativeX25519 } from '../../wire/node/x25519.js';
import { coded, hex, session, summarize, utf8 } from './fixture.js';

const CANARY = 'canary-5e0c';
const REQUEST = summarize({
  messages: [{ sender: utf8(CANARY), text: utf8(`${CANARY} text`) }],
  unreadFrom: 0,
  context: utf8(`${CANARY} context`),
});
const isZero = (view: Uint8Array) => view.every((byte) => byte === 0);

function opened(kem: KemId = KEM_X25519) {
  const ours = session(kem);
  const { message, answer } = sealTaskRequest(ours.keyConfig, REQUEST);
  const task = openTaskRequest(ours.pair, ours.config, message);
  const request = task.parse() as typeof REQUEST;
  const { sender, text } = request.messages[0]!;
  return { ours, message, answer, task, views: [sender, text, request.context!] };
}

describe('wiping an opened request', () => {
  it('clears every text that was parsed from it, and says how many bytes it was', () => {
    const { task, views } = opened();
    expect(views.some(isZero)).toBe(false);
    expect(task.wipeRequest()).toBe(1024);
    expect(views.every(isZero)).toBe(true);
  });

  it('leaves the answer to be sealed, until that is wiped too', () => {
    const { task, answer } = opened();
    task.wipeRequest();
    answer.push(task.answer.head());
    expect(answer.push(task.answer.event({ kind: 'item' }))).toEqual([{ kind: 'item' }]);
    task.wipe();
    expect(() => task.answer.event({ kind: 'item' })).toThrow(coded('secret-wiped'));
    expect(() => task.answer.end()).toThrow(coded('secret-wiped'));
  });

  it('clears the texts by wipe alone as well', () => {
    const { task, views } = opened(KEM_XWING);
    task.wipe();
    task.wipe();
    expect(views.every(isZero)).toBe(true);
  });

  it('leaves no request to parse', () => {
    const { task } = opened();
    task.wipe();
    expect(() => task.parse()).toThrow(coded('bhttp-malformed'));
  });
});

describe('wiping on the client', () => {
  it('ends the reading of the answer', () => {
    const { task, answer } = opened();
    const head = task.answer.head();
    answer.push(head);
    answer.wipe();
    expect(() => answer.push(task.answer.event({ kind: 'item' }))).toThrow(coded('secret-wiped'));
  });
});

describe('wiping a session key', () => {
  it.each([
    ['X25519', KEM_X25519],
    ['X-Wing', KEM_XWING],
  ] as const)('of %s, held by the native library, makes its requests unreadable', (_, kem) => {
    const pair = generateKemKeyPair(kem, nativeX25519);
    const config = { keyId: 1, kem, publicKey: pair.publicKey, suites: OFFERED_SUITES };
    const { message } = sealTaskRequest(encodeKeyConfig(config), REQUEST);
    openTaskRequest(pair, config, message).wipe();
    pair.wipe();
    expect(() => openTaskRequest(pair, config, message)).toThrow(coded('ohttp-open-failed'));
  });
});

describe('an opened request', () => {
  it('shows nothing of itself when it is printed', () => {
    const { task, answer } = opened();
    for (const value of [task, task.answer, answer]) {
      const shown = inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value) + String(value);
      for (const form of [CANARY, hex(utf8(CANARY)), [...utf8(CANARY)].join(', ')]) {
        expect(shown).not.toContain(form);
      }
    }
  });
});
