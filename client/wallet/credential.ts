/** How a wallet shows whose it is. The issuer learns that, and nothing about what the tokens will be spent on. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { formatProof, PROOF_NONCE_SIZE, type ProvedRequest, proofBase } from '../../wire/index.js';

/** What goes into a request for tokens. */
export interface Credential {
  /** Header fields, their names in lower case. @param now in seconds since 1970 */
  fields(request: ProvedRequest, now: number): Promise<Readonly<Record<string, string>>>;
}

/**
 * An account's key, shared with the issuer ahead as its public half.
 * @param seed 32 bytes, the Ed25519 private key (RFC 8032 §5.1.5); stays the caller's
 */
export function accountKey(account: string, seed: Uint8Array): Credential {
  return {
    async fields(request, now) {
      const nonce = crypto.getRandomValues(new Uint8Array(PROOF_NONCE_SIZE));
      const parameters = { account, created: Math.floor(now), nonce };
      const signature = ed25519.sign(proofBase(request, parameters), seed);
      return { ...formatProof(request.body, { ...parameters, signature }) };
    },
  };
}

/** The public key that the issuer has to be told for a seed. */
export function accountPublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** A JSON Web Token of the app's own backend. @param current the one to use now */
export function appToken(current: () => Promise<string>): Credential {
  return { fields: async () => ({ authorization: `Bearer ${await current()}` }) };
}
