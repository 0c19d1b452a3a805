import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Passage } from '../../client/private/oblivious.js';
import { type RunningParty, startRelay } from '../../edge/index.js';
import { asEdgeError, problemOf as documentOf } from '../../edge/problem.js';
import { askThrough, openThrough, passageTo, problemOf, type TestGateway, testGateway } from './fixture.js';
import { TestVm } from './vm.js';

let vm: TestVm;
let gateway: TestGateway;
let relay: RunningParty;
let passage: Passage;
const relayConfig = (port = 0, host = '127.0.0.1') => ({
  listen: { host, port },
  gateway: gateway.url,
  rate: { burst: 1000, perSecond: 1000 },
  keySeconds: 300,
});
beforeAll(async () => {
  vm = await TestVm.start();
  gateway = await testGateway([vm.url]);
  relay = await startRelay({ config: relayConfig(), log: () => undefined });
  passage = await passageTo(gateway.url);
});
afterAll(async () => {
  await relay.close();
  await gateway.close();
  await vm.stop();
});
afterEach(() => {
  Object.assign(vm, { ready: true, opening: 'answer', conduct: 'answer' });
});

/** What comes back for bytes, until the connection is closed. */
async function answerTo(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.write(request);
  await once(socket, 'close');
  return answer;
}

describe.each([['relay'], ['gateway']] as const)('what a %s is sent', (party) => {
  const url = () => (party === 'relay' ? relay.url : gateway.url);

  it.each([
    ['that is not HTTP', 'hello\r\n\r\n', 400, 'request-malformed'],
    ['with too many headers', `GET / HTTP/1.1\r\nx: ${'a'.repeat(9000)}\r\n\r\n`, 431, 'headers-too-large'],
  ])('%s is refused', async (_, request, status, code) => {
    const answer = await answerTo(url(), request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status, code });
  });

  it('for a path that there is not is refused', async () => {
    expect(await problemOf(await fetch(`${url()}/x`))).toEqual({ status: 404, code: 'not-found' });
  });
});

describe('a gateway says under seal', () => {
  it('that no machine is ready', async () => {
    const late = await testGateway(['http://127.0.0.1:1']);
    await expect(openThrough(await passageTo(late.url))).rejects.toThrow('vm-unavailable');
    expect((await fetch(`${late.url}/readyz`)).status).toBe(503);
    await late.close();
  });

  it('that the machine of a session is gone', async () => {
    const opened = await openThrough(passage);
    vm.conduct = 'close';
    const refused = await askThrough(passage, { ...opened, token: gateway.issuer.token() });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await problemOf(refused)).toEqual({ status: 503, code: 'vm-unavailable' });
  });

  it('that what should be a token is none', async () => {
    const opened = await openThrough(passage);
    for (const authorization of ['Bearer abc', 'PrivateToken', 'PrivateToken token=?']) {
      const refused = await askThrough(passage, { ...opened, authorization });
      expect(await problemOf(refused)).toMatchObject({ status: 401, code: 'token-malformed' });
    }
  });
});

describe('a party', () => {
  it('that is being stopped says so to whoever comes over a connection that is still open', async () => {
    const stopping = await testGateway([vm.url]);
    const opened = await openThrough(await passageTo(stopping.url));
    vm.conduct = 'hold';
    const held = await askThrough(await passageTo(stopping.url), {
      ...opened,
      token: stopping.issuer.token(),
    });
    const socket = connect(Number(new URL(stopping.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.write('GET /ohttp-keys HTTP/1.1\r\n');
    await once(socket, 'connect');
    // One exchange to know that the server has the first line.
    await fetch(`${stopping.url}/healthz`);
    const closed = stopping.close();
    socket.write('host: x\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 503 /);
    expect(answer).toContain('"code":"server-stopping"');
    vm.conduct = 'answer';
    vm.release();
    expect(await held.text()).not.toBe('');
    await closed;
  });

  it('does not take a port that another has, or an address that is not its own', async () => {
    const start = (config: ReturnType<typeof relayConfig>) => startRelay({ config, log: () => undefined });
    const { port } = new URL(relay.url);
    await expect(start(relayConfig(Number(port)))).rejects.toMatchObject({ code: 'port-in-use' });
    await expect(start(relayConfig(0, '192.0.2.1'))).rejects.toMatchObject({ code: 'listen-failed' });
  });

  it('tells nothing of a mistake of its own', () => {
    const { status, body } = documentOf(asEdgeError(new TypeError('SECRET')));
    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({ code: 'internal' });
    expect(body).not.toContain('SECRET');
  });
});
