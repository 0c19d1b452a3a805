import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { privateFetch } from '../../../client/node/index.js';
import { pem } from '../../../server/direct/pem.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
let server: Server;
let url: string;
let ca: string;
/** Of each connection, whether it was a resumed one; and the header fields of each request. */
const resumed: boolean[] = [];
const headers: string[][] = [];

beforeAll(async () => {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  ca = certificate.toString('pem');
  const key = pem('PRIVATE KEY', new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey)));
  server = createServer({ key, cert: ca }, (request, response) => {
    headers.push(Object.keys(request.headers));
    // Every request needs a connection of its own.
    response.writeHead(200, { connection: 'close', 'set-cookie': 'you=anna' }).end('answer');
  });
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://localhost:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
});
beforeEach(() => {
  resumed.length = 0;
  headers.length = 0;
});

describe('privateFetch', () => {
  it('resumes no TLS session', async () => {
    const ask = privateFetch({ ca });
    for (let i = 0; i < 4; i++) expect(await (await ask(url, {})).text()).toBe('answer');
    expect(resumed).toEqual([false, false, false, false]);
  });

  it('differs in that from what it is made of, with which this server does resume sessions', async () => {
    const dispatcher = new Agent({ connect: { ca } });
    for (let i = 0; i < 4; i++) await (await undiciFetch(url, { dispatcher })).text();
    expect(resumed).toContain(true);
  });

  it('sends no cookie back', async () => {
    const ask = privateFetch({ ca });
    await (await ask(url, {})).text();
    await (await ask(url, {})).text();
    expect(headers).toHaveLength(2);
    expect(headers.flat()).not.toContain('cookie');
  });

  it('accepts no certificate that it need not', async () => {
    await expect(privateFetch()(url, {})).rejects.toThrow();
    expect(headers).toEqual([]);
  });
});
