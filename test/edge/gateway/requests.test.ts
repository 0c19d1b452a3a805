import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Passage, streamedRequest, wholeRequest } from '../../../client/private/oblivious.js';
import { formatAuthorization } from '../../../wire/index.js';
import { askThrough, openThrough, passageTo, problemOf, type TestGateway, testGateway } from '../fixture.js';
import { PIECES, TestVm } from '../vm.js';

let vms: TestVm[];
let gateway: TestGateway;
let passage: Passage;
beforeAll(async () => {
  vms = await Promise.all([TestVm.start(), TestVm.start()]);
  gateway = await testGateway(vms.map(({ url }) => url));
  passage = await passageTo(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await Promise.all(vms.map((vm) => vm.stop()));
});
afterEach(() => {
  for (const vm of vms) Object.assign(vm, { ready: true, opening: 'answer', conduct: 'answer' });
});
const all = (change: Partial<TestVm>) => {
  for (const vm of vms) Object.assign(vm, change);
};

describe('A gateway', () => {
  it('opens a session at a machine and finds the same machine again for its request', async () => {
    for (let i = 0; i < 6; i++) {
      const before = vms.map(({ opened, asked }) => ({ opened, asked }));
      const opened = await openThrough(passage);
      const response = await askThrough(passage, { ...opened, token: gateway.issuer.token() });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(PIECES.join(''));
      const served = vms.map((vm, at) => [vm.opened - before[at]!.opened, vm.asked - before[at]!.asked]);
      expect(served.toSorted()).toEqual([
        [0, 0],
        [1, 1],
      ]);
    }
  });

  it('passes nothing on but the body and its type', async () => {
    await openThrough(passage, { 'x-user': 'anna', cookie: 'a=b' });
    const { headers } = vms.flatMap(({ requests }) => requests).at(-1)!;
    expect(Object.keys(headers).toSorted()).toEqual(['connection', 'content-length', 'content-type', 'host']);
  });

  it('streams: a piece arrives while the machine has not written the next one', async () => {
    all({ conduct: 'hold' });
    const opened = await openThrough(passage);
    const response = await askThrough(passage, { ...opened, token: gateway.issuer.token() });
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(PIECES[0]);
    for (const vm of vms) Object.assign(vm, { conduct: 'answer' }).release();
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read())
      rest += new TextDecoder().decode(next.value);
    expect(rest).toBe(PIECES.slice(1).join(''));
  });

  it('also answers one-shot requests, whole', async () => {
    const opened = await openThrough(passage);
    const response = await wholeRequest(passage, {
      method: 'POST',
      path: `/v1/sessions/${opened.session}`,
      headers: {
        'content-type': 'message/ohttp-chunked-req',
        'sotto-route': opened.route,
        authorization: formatAuthorization(gateway.issuer.token()),
      },
      body: new Uint8Array(1),
    });
    expect(await response.text()).toBe(PIECES.join(''));
  });

  it("shows the issuer's directory as it has it", async () => {
    const path = '/.well-known/private-token-issuer-directory';
    const request = { method: 'GET', path, headers: {}, body: new Uint8Array(0) } as const;
    const shown = await (await wholeRequest(passage, request)).text();
    expect(shown).toBe(await (await fetch(gateway.issuer.url + path)).text());
  });

  it('never lets an answer that broke off look complete', async () => {
    all({ conduct: 'break-off' });
    const opened = await openThrough(passage);
    const response = await askThrough(passage, { ...opened, token: gateway.issuer.token() });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({ code: 'answer-truncated' });
  });

  it('tells what is wrong inside under seal, all refusals in one size', async () => {
    const sizes = new Set<number>();
    const counting: Passage = {
      ...passage,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        expect(response.status).toBe(200);
        const body = await response.arrayBuffer();
        sizes.add(body.byteLength);
        return new Response(body, response);
      },
    };
    const opened = await openThrough(counting);
    sizes.clear();
    const token = gateway.issuer.token();
    const refusals = [
      await askThrough(counting, opened),
      await askThrough(counting, { ...opened, authorization: 'PrivateToken token="AAIA"' }),
      await askThrough(counting, { ...opened, route: 'AAAA', token }),
      await streamedRequest(counting, { method: 'GET', path: '/x', headers: {}, body: new Uint8Array(0) }),
    ];
    expect(await Promise.all(refusals.map(problemOf))).toEqual([
      { status: 401, code: 'token-missing' },
      { status: 401, code: 'token-refused', detail: 'token-truncated' },
      { status: 410, code: 'route-refused' },
      { status: 404, code: 'not-found' },
    ]);
    expect(sizes.size).toBe(1);
  });
});

describe('A route', () => {
  it('is good for its own session only, and only when its gateway made it', async () => {
    const [one, two] = [await openThrough(passage), await openThrough(passage)];
    const changed = `${one.route.startsWith('A') ? 'B' : 'A'}${one.route.slice(1)}`;
    for (const route of [two.route, changed, '', 'x'.repeat(68)]) {
      const asked = await askThrough(passage, { session: one.session, route, token: gateway.issuer.token() });
      expect(await problemOf(asked)).toEqual({ status: 410, code: 'route-refused' });
    }
  });
});

describe('A machine', () => {
  it('is drawn at random, whatever the client sends', async () => {
    const before = vms.map(({ opened }) => opened);
    const { route } = await openThrough(passage);
    for (let i = 0; i < 79; i++) await openThrough(passage, { 'sotto-route': route, host: vms[0]!.url });
    const counts = vms.map(({ opened }, at) => opened - before[at]!);
    // Fewer than 20 of 80 for one of two comes once in 100,000 runs.
    expect(Math.min(...counts)).toBeGreaterThan(20);
  });

  it('that refuses sessions is passed over', async () => {
    vms[0]!.opening = 'refuse';
    const before = vms[1]!.opened;
    for (let i = 0; i < 10; i++) await openThrough(passage);
    expect(vms[1]!.opened - before).toBe(10);
  });

  it('that fails three times in a row is left alone for a while', async () => {
    vms[0]!.opening = 'close';
    for (let i = 0; i < 30; i++) await openThrough(passage);
    const failures = vms[0]!.opened;
    for (let i = 0; i < 10; i++) await openThrough(passage);
    expect(vms[0]!.opened).toBe(failures);
  });
});
