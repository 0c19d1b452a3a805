/** A machine as a gateway sees it, which opens nothing: so that load meets its limit at the gateway and not here. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHUNKED_RESPONSE_TYPE, encodeSessionAnswer, SESSION_TYPE } from '../../wire/index.js';
import type { Machine } from './machine.js';

/** Chunks of the shortest answer, and bytes of each: a head, a bar of eight, the last event and the end. */
export const SHORTEST_ANSWER = { chunks: 11, bytes: 280 };
/** Evidence with its certificates is of about this size. */
const CERTIFICATE_BYTES = 6_000;
const BEAT_MS = 5;

export async function startBlindMachine(): Promise<Machine> {
  const certificate = new Uint8Array(randomBytes(CERTIFICATE_BYTES));
  const keyConfig = new Uint8Array(randomBytes(41));
  const chunk = randomBytes(SHORTEST_ANSWER.bytes);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/readyz') return void response.writeHead(200).end('{}');
    request.resume();
    if (request.url === '/v1/sessions') {
      const auditPath = { index: 0, size: 1, hashes: [] };
      const sessionId = new Uint8Array(randomBytes(16));
      const opened = encodeSessionAnswer({ certificate, keyConfig, sessionId, ttlSeconds: 120, auditPath });
      return void response.writeHead(200, { 'content-type': SESSION_TYPE }).end(opened);
    }
    response.writeHead(200, { 'content-type': CHUNKED_RESPONSE_TYPE });
    for (let sent = 0; sent < SHORTEST_ANSWER.chunks && !response.destroyed; sent++) {
      response.write(chunk);
      await sleep(BEAT_MS);
    }
    response.end();
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
