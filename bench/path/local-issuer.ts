/** An issuer that signs where it stands, for tests and benches: no tokens are blinded, which takes long. */
import { constants, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  challengeDigest,
  encodeDirectory,
  encodeToken,
  encodeTokenInput,
  formatAuthorization,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  type TokenKey,
  tokenKeyOf,
  unboundChallenge,
} from '../../wire/index.js';

export const GATEWAY_NAME = 'gateway.test';

/** An issuer that signs tokens where it stands: gateways see no difference from one that signs them blindly. */
export class LocalIssuer {
  readonly #key: KeyObject;
  readonly tokenKey: TokenKey;
  readonly #server: Server;
  /** The key's end, in seconds since 1970. */
  notAfter = Math.floor(Date.now() / 1000) + 86_400;

  private constructor(key: KeyObject, tokenKey: TokenKey) {
    this.#key = key;
    this.tokenKey = tokenKey;
    this.#server = createServer((request, response) => {
      if (request.url !== ISSUER_DIRECTORY_PATH) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': ISSUER_DIRECTORY_TYPE });
      const keys = [{ key: tokenKey, notAfter: this.notAfter }];
      return response.end(encodeDirectory({ requestUri: '/token-request', keys }));
    });
  }

  static async start(): Promise<LocalIssuer> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n!, 'base64url');
    const issuer = new LocalIssuer(privateKey, tokenKeyOf(new Uint8Array(modulus)));
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A token that a gateway of this issuer accepts, unless told otherwise. */
  token(about: { readonly gateway?: string; readonly issuer?: string } = {}): Uint8Array {
    const { gateway = GATEWAY_NAME, issuer = new URL(this.url).host } = about;
    const input = {
      nonce: new Uint8Array(randomBytes(32)),
      challengeDigest: challengeDigest(unboundChallenge(issuer, [gateway])),
      keyId: this.tokenKey.id,
    };
    const authenticator = sign('sha384', encodeTokenInput(input), {
      key: this.#key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 48,
    });
    return encodeToken({ ...input, authenticator: new Uint8Array(authenticator) });
  }

  authorization(): string {
    return formatAuthorization(this.token());
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
