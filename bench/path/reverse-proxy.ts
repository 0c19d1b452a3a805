/** @fastify/http-proxy in front of a machine: what a forwarder costs that opens nothing, checks nothing and hides nothing. */
import type { AddressInfo } from 'node:net';
import httpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import type { Machine } from './machine.js';

export async function startReverseProxy(machine: string): Promise<Machine> {
  const app = fastify({ logger: false });
  app.removeAllContentTypeParsers();
  await app.register(httpProxy, { upstream: machine });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    close: async () => void (await app.close()),
  };
}
