import { createPrivateKey } from 'node:crypto';
import { bytes, vectors } from '../fixture.js';

/** One exchange, RFC 9578 appendix B.2; all in hexadecimal. */
export interface Issuance {
  readonly token_challenge: string;
  readonly nonce: string;
  readonly blind: string;
  readonly salt: string;
  readonly token_request: string;
  readonly token_response: string;
  readonly token: string;
}

interface Vectors {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly rfc9578: readonly Issuance[];
  readonly patGo: readonly Issuance[];
  readonly batches: readonly {
    readonly token_request: string;
    readonly token_response: string;
    readonly issuance: readonly Issuance[];
  }[];
  readonly rfc9577: {
    readonly nonce: string;
    readonly token_key_id: string;
    readonly challenges: readonly {
      readonly comment: string;
      readonly issuer_name: string;
      readonly redemption_context: string;
      readonly origin_info: string;
      readonly challenge_digest: string;
      readonly token_authenticator_input: string;
    }[];
  };
  readonly headers: readonly {
    readonly token_key: string;
    readonly max_age: number;
    readonly token_challenge: string;
    readonly www_authenticate: string;
  }[];
}

export const VECTORS = vectors<Vectors>('token');
export const EXCHANGES = [...VECTORS.rfc9578, ...VECTORS.patGo];
export const PRIVATE_KEY = createPrivateKey(VECTORS.privateKey);
export const PUBLIC_KEY = bytes(VECTORS.publicKey);
