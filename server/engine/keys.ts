/** The private keys of open sessions. They live in the engine's worker, from the opening to the request. */
import {
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import {
  encodeKeyConfig,
  generateKemKeyPair,
  type KemId,
  type KemKeyPair,
  type KeyConfig,
  OFFERED_SUITES,
  SESSION_ID_SIZE,
  type X25519,
  type X25519Key,
} from '../../wire/index.js';

/** RFC 8410's SubjectPublicKeyInfo of an X25519 key, up to the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_ID = 1;

/**
 * X25519 by OpenSSL: the private key stays outside of the JavaScript heap, and OpenSSL cleanses its memory when the
 * object is collected.
 */
export const nativeX25519: X25519 = {
  generate(): X25519Key {
    const pair = generateKeyPairSync('x25519');
    let privateKey: KeyObject | undefined = pair.privateKey;
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    return {
      publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
      agree(peer) {
        if (!privateKey) throw new Error('the key has been wiped');
        const publicKey = createPublicKey({
          key: Buffer.concat([SPKI_PREFIX, peer]),
          format: 'der',
          type: 'spki',
        });
        return diffieHellman({ privateKey, publicKey });
      },
      wipe() {
        privateKey = undefined;
      },
    };
  },
};

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
