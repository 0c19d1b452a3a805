import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientError,
  type ConnectionOptions,
  connect,
  type Fetch,
  KEM_X25519,
  type MachineTrust,
  type PinnedTrust,
  verifyEvidence,
} from '../../client/index.js';
import { decodeSessionAnswer, encodeSessionAnswer, type SessionAnswer } from '../../wire/index.js';
import { TestServer, TRUST } from '../server/fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** A network that hands the client another answer than the server's. */
const changing =
  (change: (answer: SessionAnswer) => SessionAnswer | Uint8Array): Fetch =>
  async (url, init) => {
    const response = await fetch(url, init);
    const changed = change(decodeSessionAnswer(new Uint8Array(await response.arrayBuffer())));
    const body = changed instanceof Uint8Array ? changed : encodeSessionAnswer(changed);
    return new Response(Buffer.from(body), { headers: response.headers });
  };

const answering =
  (body: BodyInit | null, init: ResponseInit): Fetch =>
  async () =>
    new Response(body, init);

const attempt = (options: Partial<ConnectionOptions & PinnedTrust & Pick<MachineTrust, 'roots'>>) =>
  connect({ url: server.url, ...TRUST, ...options }).then(
    () => 'connected',
    (error: unknown) => error,
  );

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy.set([copy.at(at)! ^ 1], at < 0 ? copy.length + at : at);
  return copy;
};

describe('a server that is what it claims to be', () => {
  it('is connected to, with every check passed and said to be simulated', async () => {
    const { verdict, expires } = await server.connect();
    expect(verdict).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp' });
    expect(verdict.checks.every(({ ok }) => ok)).toBe(true);
    expect(expires.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('the evidence of a session', () => {
  it('can be kept and verified again, at its time and not at any other', async () => {
    const { evidence, verdict } = await server.connect();
    const now = new Date();
    expect(await verifyEvidence({ ...evidence, ...TRUST, now })).toEqual(verdict);
    const later = await verifyEvidence({
      ...evidence,
      ...TRUST,
      now: new Date(now.getTime() + 2 * 86_400_000),
    });
    expect(later.checks.find(({ ok }) => !ok)).toMatchObject({ code: 'ratls-expired' });
  });

  it('can be kept when it was refused', async () => {
    const error = (await attempt({ roots: {} })) as ClientError;
    const now = new Date();
    expect(await verifyEvidence({ ...error.evidence!, ...TRUST, roots: {}, now })).toEqual(error.verdict);
    expect(await verifyEvidence({ ...error.evidence!, ...TRUST, now })).toMatchObject({ ok: true });
  });

  it('is refused by a code when it is none, or its nonce is none', async () => {
    const { evidence } = await server.connect();
    const now = new Date();
    const answer = evidence.answer.subarray(1);
    await expect(verifyEvidence({ ...evidence, answer, ...TRUST, now })).rejects.toMatchObject({
      code: 'answer-malformed',
      detail: 'session-malformed',
    });
    const nonce = evidence.nonce.subarray(1);
    await expect(verifyEvidence({ ...evidence, nonce, ...TRUST, now })).rejects.toMatchObject({
      code: 'binding-malformed',
    });
  });
});

describe('the client refuses', () => {
  it('simulated evidence unless its root is named', async () => {
    expect(await attempt({ roots: {} })).toMatchObject({
      name: 'ClientError',
      code: 'attestation-failed',
      detail: 'simulated-not-trusted',
      verdict: { ok: false },
    });
  });

  it('a measurement that it was not told', async () => {
    const policy = { measurements: [new Uint8Array(48).fill(8)] };
    expect(await attempt({ policy })).toMatchObject({
      code: 'attestation-failed',
      detail: 'policy-measurement',
    });
  });

  it("a session's answer that is replayed", async () => {
    let old: SessionAnswer | undefined;
    const fetch = changing((answer) => {
      old ??= answer;
      return old;
    });
    await connect({ url: server.url, ...TRUST, fetch });
    expect(await attempt({ fetch })).toMatchObject({ code: 'attestation-failed', detail: 'binding-stale' });
  });

  it.each<[string, (answer: SessionAnswer) => SessionAnswer | Uint8Array, string, string | undefined]>([
    [
      'another key than the evidence is over',
      (a) => ({ ...a, keyConfig: flipped(a.keyConfig, 9) }),
      'attestation-failed',
      'binding-stale',
    ],
    [
      'a certificate that was changed',
      (a) => ({ ...a, certificate: flipped(a.certificate, -1) }),
      'attestation-failed',
      'ratls-bad-signature',
    ],
    [
      'an audit path to nowhere',
      (a) => ({ ...a, auditPath: { index: 1, size: 2, hashes: [new Uint8Array(32)] } }),
      'attestation-failed',
      'binding-stale',
    ],
    ['no CBOR', () => new TextEncoder().encode('hello'), 'answer-malformed', 'session-malformed'],
    ['a cut answer', (a) => encodeSessionAnswer(a).subarray(0, -1), 'answer-malformed', 'session-malformed'],
    [
      'a key config that is none',
      (a) => ({ ...a, keyConfig: new Uint8Array(3) }),
      'answer-malformed',
      'key-config-unsupported',
    ],
    ['an answer without end', () => new Uint8Array(300_000), 'answer-malformed', undefined],
  ])('%s', async (_, change, code, detail) => {
    expect(await attempt({ fetch: changing(change) })).toMatchObject({ code, detail });
  });

  it('a key encapsulation that it did not offer', async () => {
    const { answer } = await new Promise<{ answer: SessionAnswer }>((resolve) => {
      const fetch = changing((found) => {
        resolve({ answer: found });
        return found;
      });
      void attempt({ fetch, kems: [KEM_X25519] });
    });
    const fetch = changing(() => answer);
    expect(await attempt({ fetch, kems: [0x647a] })).toMatchObject({ code: 'answer-malformed' });
  });

  it.each<[string, Fetch, string, string | undefined]>([
    [
      'another media type',
      answering('<html>', { headers: { 'content-type': 'text/html' } }),
      'answer-malformed',
      undefined,
    ],
    ['an error page of somebody else', answering('<html>', { status: 502 }), 'server-refused', undefined],
    [
      'a problem document with a message where a code should be',
      answering('{"code":"you <b>lose</b>"}', { status: 400 }),
      'server-refused',
      undefined,
    ],
    ['a refusal', answering('{"code":"sessions-full"}', { status: 503 }), 'server-refused', 'sessions-full'],
    [
      'no network',
      async () => {
        throw new TypeError('fetch failed');
      },
      'network-failed',
      undefined,
    ],
  ])('%s', async (_, fetch, code, detail) => {
    expect(await attempt({ fetch })).toMatchObject({ code, detail });
  });

  it.each(['not a url', 'ftp://x', 'http://x/path', 'http://user@x', 'http://x/?q', 'file:///etc/passwd'])(
    'the address %s',
    async (url) => {
      expect(await attempt({ url })).toMatchObject({ code: 'url-invalid' });
    },
  );

  it('to go on when it is told to stop', async () => {
    expect(await attempt({ signal: AbortSignal.abort() })).toMatchObject({ code: 'aborted' });
  });
});

describe('what the client sends', () => {
  it('is a fresh nonce each time, without cookies, referrer or redirects', async () => {
    const seen: { body: string; init: RequestInit }[] = [];
    const fetch: Fetch = async (url, init) => {
      seen.push({ body: Buffer.from(init.body as Uint8Array).toString('hex'), init });
      return globalThis.fetch(url, init);
    };
    for (let i = 0; i < 3; i++) await connect({ url: server.url, ...TRUST, fetch });
    expect(new Set(seen.map(({ body }) => body)).size).toBe(3);
    for (const { init } of seen) {
      expect(init).toMatchObject({
        credentials: 'omit',
        redirect: 'error',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
      });
      expect(Object.keys(init.headers as object).sort()).toEqual(['accept', 'content-type']);
    }
  });
});
