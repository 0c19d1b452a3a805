import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenVerifier } from '../../../edge/token/index.js';
import { CHALLENGE, TestIssuer } from './fixture.js';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await new TestIssuer().start();
});
afterAll(() => issuer.end());

describe('a token', () => {
  it('goes from the issuer through the wallet to the verifier', async () => {
    const wallet = issuer.wallet();
    const verifier = new TokenVerifier({ challenge: CHALLENGE, keys: await issuer.keys(), now: issuer.now });
    await wallet.refill();
    expect(await wallet.available()).toBe(2);
    const spent = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { spentKey } = verifier.verify(await wallet.take());
      spent.add(Buffer.from(spentKey).toString('hex'));
    }
    expect(spent.size).toBe(3);
    expect(await wallet.available()).toBe(1);
  });
});
