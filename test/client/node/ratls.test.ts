import 'reflect-metadata';
import { once } from 'node:events';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { X509CertificateGenerator } from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { directLeaf, type TrustRoots } from '../../../attestation/index.js';
import { createConnectionIdentity } from '../../../attestation/ratls/index.js';
import { connectRatls, RatlsAgent } from '../../../client/node/index.js';
import { type TestTlsServer, tlsServer } from './tls-server.js';
import { type Changes, type Credential, TRUST, Vm } from './vm.js';

let vm: Vm;
beforeAll(async () => {
  vm = await Vm.launch();
});

const servers: TestTlsServer[] = [];
async function serving(...given: Parameters<typeof tlsServer>): Promise<TestTlsServer> {
  const server = await tlsServer(...given);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const HOUR_MS = 3_600_000;
const later = (hours: number) => () => new Date(Date.now() + hours * HOUR_MS);
const attempt = (port: number, options: Partial<Parameters<typeof connectRatls>[0]> = {}) =>
  connectRatls({ host: '127.0.0.1', port, ...TRUST, ...options }).then(
    ({ socket }) => {
      socket.destroy();
      return 'connected';
    },
    (error: unknown) => error,
  );

/** A request through an agent: its status, or why there was none. */
const asking = (agent: RatlsAgent, port: number) =>
  new Promise((resolve) => {
    const asked = request({ agent, host: '127.0.0.1', port, method: 'POST' }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    asked.once('error', resolve);
    asked.end('a secret');
  });

/** Neither the connection nor the agent lets a single byte of a request through. */
async function expectRefused(server: TestTlsServer, detail: string, options = {}): Promise<void> {
  const reached = server.connections();
  const failure = { name: 'ClientError', code: 'attestation-failed', detail, verdict: { ok: false } };
  expect(await attempt(server.port, options)).toMatchObject(failure);
  const agent = new RatlsAgent({ ...TRUST, ...options });
  expect(await asking(agent, server.port)).toMatchObject(failure);
  agent.destroy();
  expect(server.connections()).toBe(reached + 2);
  expect(await server.received()).toBe(0);
}

describe('a VM that makes its certificate for the connection', () => {
  it('is connected to, with every check passed and said to be simulated', async () => {
    const server = await serving((nonce) => vm.credential(nonce));
    const { socket, verdict } = await connectRatls({ host: '127.0.0.1', port: server.port, ...TRUST });
    expect(verdict).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp' });
    expect(verdict.checks.at(-1)!.detail).toBe("our nonce and this connection's key are leaf 2 of 5");
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.isSessionReused()).toBe(false);
    socket.destroy();
  });

  it('is asked over connections that are verified once and kept', async () => {
    const nonces = new Set<string>();
    const server = await serving((nonce) => {
      nonces.add(Buffer.from(nonce).toString('hex'));
      return vm.credential(nonce);
    });
    const agent = new RatlsAgent(TRUST);
    expect(await asking(agent, server.port)).toBe(204);
    expect(await asking(agent, server.port)).toBe(204);
    expect(server.connections()).toBe(1);
    agent.destroy();
    expect(await server.received()).toBeGreaterThan(0);
    const another = new RatlsAgent(TRUST);
    expect(await asking(another, server.port)).toBe(204);
    another.destroy();
    expect(nonces.size).toBe(2);
  });
});

describe('refused before a byte is sent is a certificate', () => {
  it('that is replayed, by somebody who has stolen its key', async () => {
    let recorded: Promise<Credential> | undefined;
    const server = await serving((nonce) => {
      recorded ??= vm.credential(nonce);
      return recorded;
    });
    expect(await attempt(server.port)).toBe('connected');
    await expectRefused(server, 'binding-stale');
  });

  it.each<[string, string, Changes]>([
    [
      'bound to another nonce',
      'binding-stale',
      { leaf: (own, nonce) => directLeaf(own.spkiHash, nonce.with(31, nonce[31]! ^ 1)) },
    ],
    [
      'with evidence over our nonce and the key of another machine',
      'binding-stale',
      { leaf: async (_, nonce) => directLeaf((await createConnectionIdentity()).spkiHash, nonce) },
    ],
    [
      'with a report over another root',
      'binding-report-data',
      { root: (root) => root.with(0, root[0]! ^ 1) },
    ],
    ['with the audit path of another leaf', 'binding-stale', { path: (path) => ({ ...path, index: 3 }) }],
    ['with an audit path out of its tree', 'binding-malformed', { path: (path) => ({ ...path, size: 2 }) }],
    ['without an audit path, as sessions have them', 'ratls-no-audit-path', { path: () => undefined }],
    [
      'signed by another key than its own',
      'ratls-bad-signature',
      { certificate: (der) => der.with(der.length - 1, der.at(-1)! ^ 1) },
    ],
  ])('%s', async (_, detail, changes) => {
    await expectRefused(await serving((nonce) => vm.credential(nonce, changes)), detail);
  });

  it.each<[string, string, { roots?: TrustRoots; now?: () => Date }]>([
    ['of a root that is not trusted', 'simulated-not-trusted', { roots: {} }],
    ['that expired, by our clock', 'ratls-expired', { now: later(25) }],
    ['that is not valid yet, by our clock', 'ratls-not-yet-valid', { now: later(-25) }],
  ])('%s', async (_, detail, options) => {
    await expectRefused(await serving((nonce) => vm.credential(nonce)), detail, options);
  });

  it('of a machine that runs something else', async () => {
    const other = await Vm.launch(new Uint8Array(48).fill(8));
    await expectRefused(await serving((nonce) => other.credential(nonce)), 'policy-measurement');
  });

  it('without evidence, however well signed', async () => {
    const usages: KeyUsage[] = ['sign', 'verify'];
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, usages);
    const bare = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [],
    });
    const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const shown = { key, certificate: new Uint8Array(bare.rawData) };
    await expectRefused(await serving(async () => shown), 'ratls-no-evidence');
  });
});

describe('there is no connection', () => {
  it('below TLS 1.3', async () => {
    const server = await serving((nonce) => vm.credential(nonce), { maxVersion: 'TLSv1.2' });
    expect(await attempt(server.port)).toMatchObject({ code: 'handshake-refused' });
  });

  it('when the server has no evidence to show', async () => {
    const server = await serving(() => Promise.reject(new Error('no report')));
    expect(await attempt(server.port)).toMatchObject({ code: 'network-failed' });
  });

  it('to what does not speak TLS, or is not there', async () => {
    const plain = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0);
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    expect(await attempt(port)).toMatchObject({ code: 'handshake-refused' });
    plain.close();
    await once(plain, 'close');
    expect(await attempt(port)).toMatchObject({ code: 'network-failed' });
  });

  it('when it is given up: before, or while the server thinks', async () => {
    const controller = new AbortController();
    const server = await serving((nonce) => {
      controller.abort();
      return vm.credential(nonce);
    });
    expect(await attempt(server.port, { signal: AbortSignal.abort() })).toMatchObject({ code: 'aborted' });
    expect(await attempt(server.port, { signal: controller.signal })).toMatchObject({ code: 'aborted' });
  });

  it('and no attempt at one with a policy that accepts nothing', async () => {
    const server = await serving((nonce) => vm.credential(nonce));
    expect(await attempt(server.port, { policy: { measurements: [] } })).toMatchObject({
      code: 'policy-invalid',
    });
  });
});
