import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Passage } from '../../../client/private/oblivious.js';
import { askThrough, openThrough, passageTo, problemOf, type TestGateway, testGateway } from '../fixture.js';
import { TestIssuer } from '../issuer.js';
import { type Conduct, TestVm } from '../vm.js';

let vm: TestVm;
let gateway: TestGateway;
let passage: Passage;
beforeAll(async () => {
  vm = await TestVm.start();
  gateway = await testGateway([vm.url]);
  passage = await passageTo(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await vm.stop();
});
afterEach(() => {
  vm.conduct = 'answer';
});

const ask = async (token: Uint8Array): Promise<Response> =>
  askThrough(passage, { ...(await openThrough(passage)), token });

/** Whether a token is spent by a request that the machine treats like this. */
async function spends(conduct: Conduct): Promise<boolean> {
  const token = gateway.issuer.token();
  vm.conduct = conduct;
  const first = await ask(token);
  if (first.status === 200) await first.text().catch(() => undefined);
  vm.conduct = 'answer';
  const second = await ask(token);
  if (second.status === 200) await second.text();
  return second.status === 409;
}

describe('A token', () => {
  it.each([
    ['that is missing', undefined, 'token-missing', undefined],
    [
      'of another issuer',
      async () => (await TestIssuer.start()).token({ issuer: new URL(gateway.issuer.url).host }),
      'token-refused',
      'token-unknown-key',
    ],
    [
      'for another gateway',
      async () => gateway.issuer.token({ gateway: 'elsewhere.test' }),
      'token-refused',
      'token-wrong-challenge',
    ],
    [
      'that is forged',
      async () => gateway.issuer.token().with(300, 1).with(301, 2),
      'token-refused',
      'token-bad-signature',
    ],
    [
      'that is cut off',
      async () => gateway.issuer.token().subarray(0, 200),
      'token-refused',
      'token-truncated',
    ],
  ])('%s is refused before any work', async (_, make, code, detail) => {
    const { asked } = vm;
    const token = await make?.();
    const opened = await openThrough(passage);
    const refused = await askThrough(passage, { ...opened, ...(token ? { token } : {}) });
    expect(await problemOf(refused)).toEqual({ status: 401, code, ...(detail ? { detail } : {}) });
    expect(vm.asked).toBe(asked);
  });

  it('whose key is no longer in use is refused', async () => {
    const issuer = await TestIssuer.start();
    issuer.notAfter = Math.floor(Date.now() / 1000) - 1;
    const late = await testGateway([vm.url], { withIssuer: issuer });
    const way = await passageTo(late.url);
    const refused = await askThrough(way, { ...(await openThrough(way)), token: issuer.token() });
    expect(await problemOf(refused)).toEqual({ status: 401, code: 'token-refused', detail: 'token-expired' });
    await late.close();
    await issuer.stop();
  });

  it('is good for one request', async () => {
    const token = gateway.issuer.token();
    expect((await ask(token)).status).toBe(200);
    expect(await problemOf(await ask(token))).toEqual({ status: 409, code: 'token-spent' });
  });

  it.each([
    ['has answered', 'answer', true],
    ['has begun to answer and broke off', 'break-off', true],
    ['has refused the request', 'refuse', false],
    ['has closed the connection first', 'close', false],
  ] as const)('of a request that the machine %s: %s', async (_, conduct, spent) => {
    expect(await spends(conduct)).toBe(spent);
  });

  it('comes back once, however many requests with it fail at once', async () => {
    const token = gateway.issuer.token();
    vm.conduct = 'refuse';
    const refused = await Promise.all(Array.from({ length: 10 }, () => ask(token)));
    // One at a time has the token; those that come meanwhile find it taken.
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503, 409]));
    vm.conduct = 'answer';
    const asked = await Promise.all(Array.from({ length: 10 }, () => ask(token)));
    expect(asked.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});
