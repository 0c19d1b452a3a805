import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  formatProof,
  isAccountName,
  type ProvedRequest,
  parseProof,
  proofBase,
  signatureBase,
} from '../../wire/index.js';
import { coded, textOf, utf8 } from './fixture.js';

/** RFC 9421, appendix B.1.4: test-key-ed25519. */
const KEY = createPrivateKey(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`);

const request: ProvedRequest = {
  authority: 'issuer.example',
  path: '/token-request',
  type: 'application/private-token-request',
  body: utf8('{"hello": "world"}'),
};
const parameters = { account: 'ann', created: 1618884473, nonce: new Uint8Array(16).fill(1) };

describe('the signature base (RFC 9421 §2.5)', () => {
  it('is that of RFC 9421, appendix B.2.6', () => {
    const base = signatureBase(
      [
        ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
        ['@method', 'POST'],
        ['@path', '/foo'],
        ['@authority', 'example.com'],
        ['content-type', 'application/json'],
        ['content-length', '18'],
      ],
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    );
    const signature =
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';
    expect(sign(null, base, KEY).toString('base64')).toBe(signature);
  });

  it('of ours is a line for each component', () => {
    expect(textOf(proofBase(request, parameters)).split('\n')).toEqual([
      '"@method": POST',
      '"@authority": issuer.example',
      '"@path": /token-request',
      '"content-type": application/private-token-request',
      // RFC 9530, appendix D: the digest of {"hello": "world"}
      '"content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
      '"@signature-params": ("@method" "@authority" "@path" "content-type" "content-digest")' +
        ';created=1618884473;nonce="AQEBAQEBAQEBAQEBAQEBAQ==";keyid="ann";alg="ed25519"',
    ]);
  });
});

describe('a proof', () => {
  const signature = new Uint8Array(sign(null, proofBase(request, parameters), KEY));
  const fields = formatProof(request.body, { ...parameters, signature });

  it('reads as it was written, and holds', () => {
    const proof = parseProof(fields, request.body);
    expect(proof).toEqual({ ...parameters, signature });
    expect(verify(null, proofBase(request, proof), createPublicKey(KEY), proof.signature)).toBe(true);
  });

  it('is over its content', () => {
    expect(() => parseProof(fields, utf8('{}'))).toThrow(coded('proof-wrong-content'));
  });

  it.each([
    ['signature-input', ''],
    ['signature-input', `${fields['signature-input']};tag="x"`],
    ['signature-input', `${fields['signature-input']}, other=()`],
    ['signature-input', fields['signature-input'].replace('sotto=', 'sig1=')],
    ['signature', fields.signature.replace('sotto=', 'sig1=')],
    ['signature', fields.signature.replaceAll(':', '')],
    ['signature', `sotto=:${'A'.repeat(87)}:`],
  ])('with the %s %s is malformed', (name, value) => {
    expect(() => parseProof({ ...fields, [name]: value }, request.body)).toThrow(coded('proof-malformed'));
  });
});

describe('an account’s name', () => {
  it.each(['a', 'ann', '0-9._x', 'a'.repeat(64)])('may be %s', (name) => {
    expect(isAccountName(name)).toBe(true);
  });

  it.each(['', 'Ann', '.a', 'a b', 'a"', 'ä', 'a'.repeat(65)])('may not be %j', (name) => {
    expect(isAccountName(name)).toBe(false);
  });
});
