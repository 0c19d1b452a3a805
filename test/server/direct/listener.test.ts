import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectRatls } from '../../../client/node/index.js';
import { DirectListener, type DirectParts } from '../../../server/direct/listener.js';
import { ServerError } from '../../../server/error.js';
import type { LogEvent } from '../../../server/log.js';
import { TRUST, Vm } from '../../client/node/vm.js';

const LIMITS = { connections: 100, handshakes: 100, handshakeMs: 60_000 };

let vm: Vm;
beforeAll(async () => {
  vm = await Vm.launch();
});

const listeners: DirectListener[] = [];
const log: LogEvent[] = [];
/** A listener over a simulated VM, with limits and an attestor that a test chooses. */
async function start(limits: Partial<DirectParts['limits']>, prove?: DirectParts['attestor']['prove']) {
  log.length = 0;
  const listener = new DirectListener({
    attestor: { prove: prove ?? ((leaf) => vm.prove(leaf)) },
    limits: { ...LIMITS, ...limits },
    log: (event) => log.push(event),
    take: (socket: TLSSocket) => socket.on('error', () => undefined).resume(),
  });
  listeners.push(listener);
  return { host: '127.0.0.1', port: await listener.listen('127.0.0.1', 0), ...TRUST };
}
afterEach(async () => {
  for (const listener of listeners.splice(0)) {
    const closed = listener.close();
    listener.closeAllConnections();
    await closed;
  }
});

const codeOf = (attempt: ReturnType<typeof connectRatls>) =>
  attempt.then(
    () => 'connected',
    ({ code }: { readonly code: string }) => code,
  );
const refusals = () => log.filter(({ event }) => event === 'direct-refused');

describe('a direct port', () => {
  it('ends the handshake when the hardware gives no report, and goes on when it does', async () => {
    let failing = true;
    const target = await start({}, async (leaf) => {
      if (failing) throw new ServerError('attestation-unavailable', 'The hardware gave no report.');
      return vm.prove(leaf);
    });
    expect(await codeOf(connectRatls(target))).toBe('handshake-refused');
    failing = false;
    expect(await codeOf(connectRatls(target))).toBe('connected');
  });

  it('makes so many certificates at a time', async () => {
    const waiting: (() => void)[] = [];
    const target = await start({ handshakes: 2 }, async (leaf) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return vm.prove(leaf);
    });
    const first = [codeOf(connectRatls(target)), codeOf(connectRatls(target))];
    await expect.poll(() => waiting.length).toBe(2);
    expect(await codeOf(connectRatls(target))).toBe('handshake-refused');
    for (const go of waiting) go();
    expect(await Promise.all(first)).toEqual(['connected', 'connected']);
  });

  it('has room for so many connections', async () => {
    const target = await start({ connections: 2 });
    const held = [await connectRatls(target), await connectRatls(target)];
    expect(await codeOf(connectRatls(target))).toBe('network-failed');
    const closed = once(held[0]!.socket, 'close');
    held[0]!.socket.destroy();
    await closed;
    await expect.poll(() => codeOf(connectRatls(target))).toBe('connected');
  });

  it('waits so long for a handshake, whether nothing comes or half of it', async () => {
    const target = await start({ handshakeMs: 200 });
    const silent = connectTcp(target.port, target.host).resume();
    const half = connectTcp(target.port, target.host).resume();
    half.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1));
    await Promise.all([silent, half].map((socket) => once(socket, 'close')));
  });

  it('says in tens how many it refused, by their reasons', async () => {
    const target = await start({ handshakeMs: 200, connections: 1 });
    const [reset, silent] = [
      () => connectTcp(target.port, target.host),
      connectTcp(target.port, target.host),
    ];
    await once(silent, 'connect');
    for (let i = 0; i < 10; i++)
      await once(
        reset()
          .on('error', () => undefined)
          .resume(),
        'close',
      );
    expect(refusals()).toEqual([{ event: 'direct-refused', reason: 'connections-full', handshakes: 10 }]);
    silent.destroy();
  });

  it('is closed when the handshakes that were begun are over', async () => {
    const target = await start({});
    const half = connectTcp(target.port, target.host).resume();
    const { socket } = await connectRatls(target);
    const ends = [half, socket.resume()].map((held) => once(held, 'close'));
    const [listener] = listeners;
    const closed = listener!.close();
    expect(await codeOf(connectRatls(target))).toBe('network-failed');
    listener!.closeAllConnections();
    await Promise.all([closed, ...ends]);
  });
});
