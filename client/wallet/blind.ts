/** The client's side of a blind signature, RFC 9474 §4.2 and §4.4 (RSABSSA-SHA384-PSS-Deterministic). */
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import {
  type BlindedMessage,
  type BlindSignature,
  blindedMessage,
  type ChallengeDigest,
  encodeToken,
  encodeTokenInput,
  plainSpki,
  TOKEN_NONCE_SIZE,
  type TokenKey,
} from '../../wire/index.js';
import { ClientError } from '../error.js';

/** A token on its way: known here, blinded for the issuer. */
export interface PendingToken {
  readonly blindedMessage: BlindedMessage;
  /** The encoded token. @throws ClientError `issuer-key-mismatch` unless the agreed key signed it */
  finish(signature: BlindSignature): Promise<Uint8Array>;
}

const suite = RSABSSA.SHA384.PSS.Deterministic();

/** Makes tokens under one key. The library takes some 70 ms of computation for each. */
export class Blinder {
  readonly #key: TokenKey;
  readonly #publicKey: CryptoKey;

  private constructor(key: TokenKey, publicKey: CryptoKey) {
    this.#key = key;
    this.#publicKey = publicKey;
  }

  static async for(key: TokenKey): Promise<Blinder> {
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
    // Extractable, because the library reads the public key back.
    const publicKey = await crypto.subtle.importKey('spki', plainSpki(key), algorithm, true, ['verify']);
    return new Blinder(key, publicKey);
  }

  async begin(challengeDigest: ChallengeDigest): Promise<PendingToken> {
    const nonce = crypto.getRandomValues(new Uint8Array(TOKEN_NONCE_SIZE));
    const input = { nonce, challengeDigest, keyId: this.#key.id };
    const { blindedMsg, inv } = await suite.blind(this.#publicKey, encodeTokenInput(input));
    return {
      blindedMessage: blindedMessage(blindedMsg),
      finish: async (signature) => {
        const authenticator = await this.#unblind(encodeTokenInput(input), signature, inv);
        inv.fill(0);
        return encodeToken({ ...input, authenticator });
      },
    };
  }

  async #unblind(input: Uint8Array, signature: BlindSignature, inverse: Uint8Array): Promise<Uint8Array> {
    try {
      return await suite.finalize(this.#publicKey, input, signature, inverse);
    } catch (cause) {
      throw new ClientError('issuer-key-mismatch', 'The issuer signed with another key than it shows.', {
        detail: 'token-bad-signature',
        cause,
      });
    }
  }
}
