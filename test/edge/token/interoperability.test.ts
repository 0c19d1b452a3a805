/** Against another implementation of RFC 9577 and 9578: Cloudflare's privacypass-ts. */
import { generateKeyPairSync } from 'node:crypto';
import {
  AuthorizationHeader,
  genericBatched,
  publicVerif,
  TOKEN_TYPES,
  Token,
  TokenChallenge,
  WWWAuthenticateHeader,
} from '@cloudflare/privacypass-ts';
import { describe, expect, it } from 'vitest';
import { Blinder } from '../../../client/wallet/blind.js';
import { blindSign, signingKeyOf } from '../../../edge/issuer/sign.js';
import { TokenVerifier } from '../../../edge/token/index.js';
import {
  challengeDigest,
  decodeTokenBatchRequest,
  decodeTokenBatchResponse,
  decodeTokenRequest,
  decodeTokenResponse,
  encodeChallenge,
  encodeTokenBatchRequest,
  encodeTokenBatchResponse,
  encodeTokenRequest,
  formatAuthorization,
  formatChallenge,
  parseAuthorization,
  parseChallenges,
  plainSpki,
  truncatedKeyId,
  unboundChallenge,
} from '../../../wire/index.js';

const signer = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const { key } = signer;
const ours = unboundChallenge('issuer.example', ['a.example', 'b.example']);
const theirs = new TokenChallenge(2, 'issuer.example', new Uint8Array(0), ['a.example', 'b.example']);
const verifier = new TokenVerifier({ challenge: ours, keys: [{ key }] });
const mode = publicVerif.BlindRSAMode.PSS;
const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };

async function theirIssuer(): Promise<publicVerif.Issuer> {
  const pkcs8 = signer.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const publicKey = await crypto.subtle.importKey('spki', plainSpki(key), algorithm, true, ['verify']);
  return new publicVerif.Issuer(mode, 'issuer.example', privateKey, publicKey, { supportsRSARAW: false });
}

describe('their client', () => {
  it('gets a token from our issuer that our verifier takes', async () => {
    const client = new publicVerif.Client(mode);
    const request = decodeTokenRequest((await client.createTokenRequest(theirs, key.spki)).serialize());
    expect(request.truncatedKeyId).toBe(truncatedKeyId(key.id));
    const response = client.deserializeTokenResponse(blindSign(signer, request.blindedMessage));
    const token = (await client.finalize(response)).serialize();
    expect(verifier.verify(token).spentKey).toHaveLength(32);
  });

  it('gets a batch from our issuer', async () => {
    const clients = [new publicVerif.Client(mode), new publicVerif.Client(mode)];
    const requests = await Promise.all(clients.map((client) => client.createTokenRequest(theirs, key.spki)));
    const wrapped = requests.map((request) => new genericBatched.TokenRequest(request));
    const batch = decodeTokenBatchRequest(new genericBatched.BatchedTokenRequest(wrapped).serialize());
    const answer = encodeTokenBatchResponse(
      batch.map(({ blindedMessage }) => blindSign(signer, blindedMessage)),
    );
    const responses = genericBatched.GenericBatchTokenResponse.deserialize(answer).tokenResponses;
    for (const [i, client] of clients.entries()) {
      const token = await client.finalize(responses[i]!.tokenResponse as publicVerif.TokenResponse);
      expect(verifier.verify(token.serialize()).spentKey).toHaveLength(32);
    }
  });
});

describe('our client', () => {
  it('gets a token from their issuer that their origin and our verifier take', async () => {
    const issuer = await theirIssuer();
    const pending = await (await Blinder.for(key)).begin(challengeDigest(ours));
    const encoded = encodeTokenRequest({
      truncatedKeyId: truncatedKeyId(key.id),
      blindedMessage: pending.blindedMessage,
    });
    const request = publicVerif.TokenRequest.deserialize(publicVerif.BLIND_RSA, encoded);
    const token = await pending.finish(decodeTokenResponse((await issuer.issue(request)).serialize()));
    expect(verifier.verify(token).spentKey).toHaveLength(32);
    const parsed = Token.deserialize(TOKEN_TYPES.BLIND_RSA, token);
    const publicKey = await crypto.subtle.importKey('spki', plainSpki(key), algorithm, true, ['verify']);
    expect(await new publicVerif.Origin(mode, ['a.example']).verify(parsed, publicKey)).toBe(true);
  });

  it('gets a batch from their issuer', async () => {
    const issuer = new genericBatched.Issuer(await theirIssuer());
    const blinder = await Blinder.for(key);
    const pending = [await blinder.begin(challengeDigest(ours)), await blinder.begin(challengeDigest(ours))];
    const encoded = encodeTokenBatchRequest(
      pending.map(({ blindedMessage }) => ({ truncatedKeyId: truncatedKeyId(key.id), blindedMessage })),
    );
    const answer = await issuer.issue(genericBatched.BatchedTokenRequest.deserialize(encoded));
    for (const [i, signature] of decodeTokenBatchResponse(answer.serialize()).entries()) {
      expect(verifier.verify(await pending[i]!.finish(signature!)).spentKey).toHaveLength(32);
    }
  });

  it('does not take a token that another key signed', async () => {
    const other = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const pending = await (await Blinder.for(key)).begin(challengeDigest(ours));
    pending.blindedMessage[0] = 0;
    const signature = blindSign(other, pending.blindedMessage);
    await expect(pending.finish(signature)).rejects.toMatchObject({
      code: 'issuer-key-mismatch',
      detail: 'token-bad-signature',
    });
  });
});

describe('header fields', () => {
  it('with challenges are the same to both', () => {
    const [read] = WWWAuthenticateHeader.parse(
      formatChallenge({ challenge: ours, tokenKey: key, maxAge: 60 }),
    );
    expect(read!.challenge.serialize()).toEqual(encodeChallenge(ours));
    expect(read!.tokenKey).toEqual(key.spki);
    expect(read!.maxAge).toBe(60);
    const written = new WWWAuthenticateHeader(theirs, key.spki, 60).toString(true);
    expect(parseChallenges(written)).toEqual([{ challenge: ours, tokenKey: key, maxAge: 60 }]);
  });

  it('with tokens are the same to both', async () => {
    const pending = await (await Blinder.for(key)).begin(challengeDigest(ours));
    const token = await pending.finish(blindSign(signer, pending.blindedMessage));
    const [read] = AuthorizationHeader.parse(TOKEN_TYPES.BLIND_RSA, formatAuthorization(token));
    expect(read!.token.serialize()).toEqual(token);
    const written = new AuthorizationHeader(Token.deserialize(TOKEN_TYPES.BLIND_RSA, token)).toString(true);
    expect(parseAuthorization(written)).toEqual(token);
  });
});
