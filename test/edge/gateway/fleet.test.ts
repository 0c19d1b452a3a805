import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Fleet } from '../../../edge/gateway/fleet.js';

let machine: Server | undefined;
let fleet: Fleet | undefined;
afterEach(async () => {
  await fleet?.close();
  machine?.closeAllConnections();
  await new Promise((resolve) => machine?.close(resolve));
});

it('gives up what waits for a machine that has gone without closing a connection', async () => {
  let silent = false;
  machine = createServer(({ url }, response) => {
    if (!silent && url === '/readyz') response.end('{}');
  });
  await new Promise<void>((resolve) => machine!.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(machine.address() as AddressInfo).port}`;
  fleet = await Fleet.start([origin], { healthMs: 250, headMs: 600_000, changed: () => undefined });
  while (fleet.ready === 0) await fleet.look();
  const vm = fleet.draw();
  const waiting = vm.pool.request({ path: '/v1/sessions/0', method: 'POST', body: '' });
  silent = true;
  await expect(waiting).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
  expect(fleet.ready).toBe(0);

  silent = false;
  while (fleet.ready === 0) await fleet.look();
  expect(fleet.draw()).toBe(vm);
});
