/** How long a whole exchange takes the two ends of Oblivious HTTP, ours and the Rust crate's, on one core. */
import { spawnSync } from 'node:child_process';
import {
  decapsulateRequest,
  encapsulateRequest,
  generateKemKeyPair,
  KEM_X25519,
  KEM_XWING,
  OFFERED_SUITES,
} from '../../wire/index.js';
import { nativePrimitives } from '../../wire/node/primitives.js';
import { nativeX25519 } from '../../wire/node/x25519.js';
import { buildOhttpPeer, cargoIsPresent } from './ohttp-crate.js';

const ROUNDS = 5;
const CALLS = 50;
const KEMS = { x25519: KEM_X25519, xwing: KEM_XWING } as const;

export type KemName = keyof typeof KEMS;

/** Microseconds of an exchange: request sealed, answer opened; request opened, answer sealed. */
export interface ExchangeSpeed {
  readonly client: number;
  readonly gateway: number;
}

/** Ours, with a request and an answer of so many bytes: the least of some rounds. */
export function ourExchange(kem: KemName, bytes: number): ExchangeSpeed {
  const pair = generateKemKeyPair(KEMS[kem], nativeX25519, nativePrimitives);
  const config = { keyId: 7, kem: KEMS[kem], publicKey: pair.publicKey, suites: OFFERED_SUITES };
  const message = new Uint8Array(bytes);
  let [client, gateway] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    let [atClient, atGateway] = [0, 0];
    for (let call = 0; call < CALLS; call++) {
      const started = performance.now();
      const pending = encapsulateRequest(config, message);
      const sent = performance.now();
      const opened = decapsulateRequest(pair, config, pending.message);
      const answer = opened.sealResponse(message);
      const answered = performance.now();
      pending.openResponse(answer);
      atClient += sent - started + (performance.now() - answered);
      atGateway += answered - sent;
      pending.wipe();
      opened.wipe();
    }
    client = Math.min(client, (atClient * 1000) / CALLS);
    gateway = Math.min(gateway, (atGateway * 1000) / CALLS);
  }
  pair.wipe();
  return { client, gateway };
}

/** The crate's, or nothing where there is no Rust toolchain. @throws Error when it cannot be built or run */
export function crateExchange(kem: KemName, bytes: number): ExchangeSpeed | undefined {
  if (!cargoIsPresent()) return undefined;
  const { stdout, status } = spawnSync(buildOhttpPeer(), ['speed', kem, String(bytes)], { encoding: 'utf8' });
  const [client, gateway] = stdout.trim().split(' ').map(Number);
  if (status !== 0 || client === undefined || gateway === undefined) {
    throw new Error('the ohttp peer did not measure its speed');
  }
  return { client, gateway };
}
