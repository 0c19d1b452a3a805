/** The private keys of open sessions. They live in the engine's worker, from the opening to the request. */
import { randomBytes } from 'node:crypto';
import {
  encodeKeyConfig,
  generateKemKeyPair,
  type KemId,
  type KemKeyPair,
  type KeyConfig,
  OFFERED_SUITES,
  SESSION_ID_SIZE,
} from '../../wire/index.js';
import { nativeX25519 } from '../../wire/node/x25519.js';

const KEY_ID = 1;

export interface SessionKey {
  readonly pair: KemKeyPair;
  readonly config: KeyConfig;
}

export class SessionKeys {
  readonly #keys = new Map<string, SessionKey>();

  /** Makes a session: a random id in hexadecimal, and a key pair of its own. */
  open(kem: KemId): { readonly session: string; readonly keyConfig: Uint8Array } {
    const session = randomBytes(SESSION_ID_SIZE).toString('hex');
    const pair = generateKemKeyPair(kem, nativeX25519);
    const config = { keyId: KEY_ID, kem, publicKey: pair.publicKey, suites: OFFERED_SUITES };
    this.#keys.set(session, { pair, config });
    return { session, keyConfig: encodeKeyConfig(config) };
  }

  /** Hands a session's key to its one request, whose owner has to wipe it. */
  take(session: string): SessionKey | undefined {
    const key = this.#keys.get(session);
    this.#keys.delete(session);
    return key;
  }

  forget(session: string): void {
    this.take(session)?.pair.wipe();
  }

  wipe(): void {
    for (const session of [...this.#keys.keys()]) this.forget(session);
  }
}
