/** Blind signatures, RFC 9474 §4.3, with the RSA of Node's own OpenSSL: constant time, and blinded once more. */
import { constants, createPublicKey, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import {
  type BlindedMessage,
  type BlindSignature,
  blindSignature,
  equalBytes,
  type TokenKey,
  tokenKeyOf,
} from '../../wire/index.js';
import { IssuerError } from './error.js';

const RAW = { padding: constants.RSA_NO_PADDING } as const;

/** A private token key with its public half. */
export interface SigningKey {
  readonly key: TokenKey;
  readonly privateKey: KeyObject;
}

/** @throws WireError `token-key-malformed` when it is no RSA key of 2048 bits */
export function signingKeyOf(privateKey: KeyObject): SigningKey {
  const { n = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { key: tokenKeyOf(Buffer.from(n, 'base64url')), privateKey };
}

/** @throws IssuerError `token-request-refused` with `blinded-message-invalid` when it is not below the modulus */
export function requireSignable({ key }: SigningKey, message: BlindedMessage): void {
  if (Buffer.compare(message, key.modulus) < 0) return;
  throw new IssuerError('token-request-refused', 'A blinded message is not below the modulus.', {
    detail: 'blinded-message-invalid',
  });
}

/** @throws Error when the result does not verify: a fault in the computation would give the key away */
export function blindSign({ privateKey }: SigningKey, message: BlindedMessage): BlindSignature {
  const signature = privateDecrypt({ key: privateKey, ...RAW }, message);
  // OpenSSL takes a private key for its public half too.
  const again = publicEncrypt({ key: privateKey, ...RAW }, signature);
  if (!equalBytes(again, message)) throw new Error('the signature does not verify');
  return blindSignature(signature);
}
