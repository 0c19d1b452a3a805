import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pem } from '../../../server/direct/pem.js';

describe('DER in PEM', () => {
  it('is what RFC 7468 describes, in lines of 64 characters, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (der) => {
        const lines = Buffer.from(der)
          .toString('base64')
          .match(/.{1,64}/g)!;
        expect(pem('CERTIFICATE', der).toString()).toBe(
          ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
        );
      }),
    );
  });
});
