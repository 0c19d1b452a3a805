import { spawn } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRatlsCertificate } from '../../../attestation/index.js';
import { connect, ownDraft } from '../../../client/index.js';
import { connectRatls, RatlsAgent } from '../../../client/node/index.js';
import { directName } from '../../../wire/index.js';
import { CHAT, collect, TestServer, TRUST } from '../fixture.js';

const addressOf = ({ directUrl }: TestServer) => ({
  host: '127.0.0.1',
  port: Number(new URL(directUrl).port),
});
const freshName = () => directName(randomBytes(32));

/** A handshake that believes everything: its socket, or the error's code. */
function handshake(server: TestServer, options: ConnectionOptions): Promise<TLSSocket | string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...addressOf(server), rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}

/** What `openssl` says, for an input. */
async function openssl(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  child.stderr.on('data', (text) => {
    said += text;
  });
  child.stdin.end(input);
  await once(child, 'close');
  return said;
}
const sClient = (server: TestServer, ...more: readonly string[]) => {
  const { host, port } = addressOf(server);
  return openssl(['s_client', '-connect', `${host}:${port}`, ...more]);
};

describe('a server with a port for RA-TLS', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ direct: {} });
    return () => server.stop();
  });

  it('answers a sealed session through it, from end to end', async () => {
    const agent = new RatlsAgent(TRUST);
    const session = await connect({ url: server.directUrl, fetch: agent.fetch, ...TRUST });
    expect((await collect(session.proofread(ownDraft('i is ill')))).at(-1)).toMatchObject({ kind: 'done' });
    agent.destroy();
  });

  it('serves all that it serves over HTTP, next to it', async () => {
    const agent = new RatlsAgent(TRUST);
    const direct = await agent.fetch(`${server.directUrl}/v1/release`, { method: 'GET' });
    const plain = await fetch(`${server.url}/v1/release`);
    expect([direct.status, await direct.text()]).toEqual([200, await plain.text()]);
    agent.destroy();
  });

  it('shows openssl a certificate of TLS 1.3 that openssl can read', async () => {
    const said = await sClient(server, '-tls1_3', '-servername', freshName(), '-alpn', 'http/1.1');
    expect(said).toContain('New, TLSv1.3');
    expect(said).toContain('ALPN protocol: http/1.1');
    const text = await openssl(['x509', '-noout', '-text'], said);
    expect(text).toContain('Subject: CN = Sotto RA-TLS');
    expect(text).toContain('NIST CURVE: P-256');
    expect(text).toContain('2.23.133.5.4.9');
    expect(text).toContain('application/vnd.sotto.evidence+cbor');
  });

  it('refuses openssl without TLS 1.3, without a nonce, and with another protocol', async () => {
    expect(await sClient(server, '-tls1_2', '-servername', freshName())).toContain('alert protocol version');
    expect(await sClient(server, '-tls1_3', '-noservername')).toContain('alert handshake failure');
    const other = await sClient(server, '-tls1_3', '-servername', freshName(), '-alpn', 'h2');
    expect(other).toContain('alert no application protocol');
  });

  it.each([
    ['in capitals', (name: string) => name.toUpperCase()],
    ['that is too short', (name: string) => name.slice(1)],
    ['that is too long', (name: string) => `a${name}`],
    ['with a character that is none of base32', (name: string) => `1${name.slice(1)}`],
    ['with bits beyond the nonce', (name: string) => name.replace('a.', 'b.')],
    ['in another domain', (name: string) => name.replace('.sotto', '.other')],
    ['that is all there is', (name: string) => name.split('.')[0]!],
  ])('refuses a name with a nonce %s', async (_, change) => {
    const name = directName(new Uint8Array(32));
    const wrong = change(name);
    expect(wrong).not.toBe(name);
    expect(await handshake(server, { servername: wrong })).toBe('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE');
    const right = await handshake(server, { servername: name });
    expect(right).toMatchObject({ encrypted: true });
    (right as TLSSocket).destroy();
  });

  it('has another key for each connection, even under the same nonce', async () => {
    const servername = freshName();
    const keys = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const socket = (await handshake(server, { servername })) as TLSSocket;
      const { raw } = socket.getPeerX509Certificate() as X509Certificate;
      keys.add(Buffer.from(parseRatlsCertificate(new Uint8Array(raw)).spkiHash).toString('hex'));
      socket.destroy();
    }
    expect(keys.size).toBe(3);
  });

  it('never resumes a connection: there is evidence in each', async () => {
    const servername = freshName();
    const first = (await handshake(server, { servername })) as TLSSocket;
    const [ticket] = (await once(first, 'session')) as [Buffer];
    expect(ticket.length).toBeGreaterThan(0);
    for (const name of [servername, freshName()]) {
      const again = (await handshake(server, { servername: name, session: ticket })) as TLSSocket;
      expect(again.isSessionReused()).toBe(false);
      expect(again.getPeerX509Certificate()).toBeInstanceOf(X509Certificate);
      again.destroy();
    }
    first.destroy();
  });

  it('logs refusals in tens, and nothing about a single one', async () => {
    const lines = () => server.errors.split('\n').filter((line) => line.includes('direct-refused'));
    const before = lines().length;
    for (let i = 0; i < 10; i++) await handshake(server, { servername: 'localhost' });
    await expect.poll(() => lines().length).toBe(before + 1);
    const { level, time, ...event } = JSON.parse(lines().at(-1)!);
    expect(event).toEqual({ event: 'direct-refused', reason: 'no-certificate', handshakes: 10 });
  });
});

describe('a server that is told to stop', () => {
  it('finishes the answer of a direct connection, and ends what is held open', async () => {
    const server = await TestServer.start({ direct: {} });
    const agent = new RatlsAgent(TRUST);
    const session = await connect({ url: server.directUrl, fetch: agent.fetch, ...TRUST });
    const half = connectTcp(addressOf(server));
    const { socket: held } = await connectRatls({ ...addressOf(server), ...TRUST });
    const ends = [half, held].map((socket) => once(socket.resume(), 'close'));
    const events = session.reply(CHAT);
    const first = await events.next();
    server.process.kill('SIGTERM');
    const rest = await collect(events);
    expect([first.value, ...rest].at(-1)).toMatchObject({ kind: 'done' });
    await Promise.all(ends);
    expect(await server.exit()).toBe(0);
    agent.destroy();
  });
});
