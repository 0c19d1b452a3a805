import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import {
  encodeKeyConfig,
  generateKemKeyPair,
  type KemId,
  type KemKeyPair,
  type KeyConfig,
  OFFERED_SUITES,
  type SummarizeRequest,
  type TaskRequest,
  WireError,
} from '../../wire/index.js';

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
export const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
export const textOf = (data: Uint8Array) => Buffer.from(data).toString('utf8');

/** A file of test/vectors/wire. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/wire/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** A copy with one bit turned over. */
export function flipped(data: Uint8Array, offset: number, bit = offset % 8): Uint8Array {
  const copy = Uint8Array.from(data);
  copy[offset]! ^= 1 << bit;
  return copy;
}

/** What an error of ours has to look like. */
export const coded = (code: string) => expect.objectContaining({ name: 'WireError', code });

/** The code of the WireError that `act` throws; anything else that it throws fails the test. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
}

export interface TestSession {
  readonly pair: KemKeyPair;
  readonly config: KeyConfig;
  readonly keyConfig: Uint8Array;
}

/** A session's key as a server makes it, with the suites in an order of one's choice. */
export function session(kem: KemId, suites = OFFERED_SUITES): TestSession {
  const pair = generateKemKeyPair(kem);
  const config = { keyId: 1, kem, publicKey: pair.publicKey, suites };
  return { pair, config, keyConfig: encodeKeyConfig(config) };
}

export const chat = (count: number, text = 'hi') =>
  Array.from({ length: count }, (_, i) => ({ sender: utf8(`S${i % 3}`), text: utf8(text) }));

export const summarize = (change: Partial<SummarizeRequest> = {}): SummarizeRequest => ({
  task: 'summarize',
  messages: chat(3, 'see you at nine – Gruß 👋'),
  unreadFrom: 1,
  length: 'short',
  ...change,
});

/** One request of every task. */
export const REQUESTS: readonly TaskRequest[] = [
  summarize({
    messages: [{ sender: utf8('Ana'), text: utf8('¿vienes?'), time: 1_700_000_000 }],
    unreadFrom: 0,
  }),
  summarize({ context: utf8('They had planned a trip.'), length: 'medium' }),
  { task: 'reply', messages: chat(2) },
  { task: 'reply', messages: chat(2), me: utf8('Bob') },
  { task: 'rewrite', text: utf8('come here now'), tone: 'friendly' },
  { task: 'proofread', text: utf8('teh cat') },
];

export const concatText = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString('utf8');
