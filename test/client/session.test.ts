import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connect,
  type Fetch,
  ownDraft,
  ownMessages,
  type Session,
  type SessionEvent,
  TONES,
} from '../../client/index.js';
import { CHAT, collect, TestServer, TRUST, textOf } from '../server/fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const failure = (events: AsyncIterable<SessionEvent>) =>
  collect(events).then(
    () => 'no failure',
    (error: unknown) => error,
  );

/** A session whose requests go through a network that a test plays. */
async function sessionWith(sealed: Fetch): Promise<Session> {
  return connect({
    url: server.url,
    ...TRUST,
    fetch: (url, init) => (url.endsWith('/v1/sessions') ? fetch(url, init) : sealed(url, init)),
  });
}

describe('a session', () => {
  it('summarizes', async () => {
    const events = await collect((await server.connect()).summarize(CHAT));
    expect(textOf(events)).toMatch(/13:00|lunch/i);
    expect(events.at(-1)).toMatchObject({ kind: 'done', stats: { wipedBytes: expect.any(Number) } });
    expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  });

  it('streams: the first text comes before the last', async () => {
    const events = await collect((await server.connect()).reply(CHAT));
    expect(events.filter(({ kind }) => kind === 'text').length).toBeGreaterThan(1);
  });

  it('suggests three replies', async () => {
    const events = await collect((await server.connect()).reply(CHAT, { me: 'Ben' }));
    expect(events.filter(({ kind }) => kind === 'item')).toHaveLength(3);
  });

  it.each(TONES)('rewrites in a %s tone', async (tone) => {
    const session = await server.connect();
    expect(textOf(await collect(session.rewrite(ownDraft('send me the slides by 3'), { tone })))).not.toBe(
      '',
    );
  });

  it('proofreads', async () => {
    const session = await server.connect();
    expect(textOf(await collect(session.proofread(ownDraft('She go to school every day'))))).not.toBe('');
  });

  it('says how many of the oldest messages were left out, on this side and in the engine', async () => {
    const text = 'we should really talk about the plans for next week some time soon '.repeat(3);
    const messages = ownMessages(
      Array.from({ length: 12_000 }, (_, i) => ({ sender: `Person ${i % 7}`, text })),
    );
    const events = await collect((await server.connect()).summarize({ messages }));
    const notices = events.filter((event) => event.kind === 'notice');
    expect(notices).toHaveLength(2);
    const [here, all] = notices.map(({ count }) => count) as [number, number];
    expect(here).toBeGreaterThan(10_000);
    expect(all).toBeGreaterThan(here);
    expect(all).toBeLessThan(12_000);
    expect(textOf(events)).not.toBe('');
  });

  it('is good for one request', async () => {
    const session = await server.connect();
    await collect(session.proofread(ownDraft('all is well')));
    expect(await failure(session.proofread(ownDraft('all is well')))).toMatchObject({ code: 'session-used' });
  });

  it('is not used once it has expired, and nothing is sent', async () => {
    let time = Date.now();
    const session = await connect({ url: server.url, ...TRUST, now: () => new Date(time) });
    time += 121_000;
    expect(await failure(session.proofread(ownDraft('hello')))).toMatchObject({ code: 'session-expired' });
  });
});

describe('nothing is sent', () => {
  it.each<[string, (session: Session) => AsyncIterable<SessionEvent>, string]>([
    ['of an empty chat', (s) => s.summarize({ messages: [] }), 'request-empty'],
    [
      'of a chat of blanks',
      (s) => s.reply({ messages: ownMessages([{ sender: 'A', text: ' \n' }]) }),
      'request-empty',
    ],
    ['of no text', (s) => s.proofread(ownDraft('  ')), 'request-empty'],
    ['of a text that is too large', (s) => s.proofread(ownDraft('a'.repeat(300_000))), 'request-too-large'],
    [
      'of a message that is too large alone',
      (s) => s.summarize({ messages: ownMessages([{ sender: 'A', text: 'a'.repeat(300_000) }]) }),
      'request-too-large',
    ],
    ['when nothing is unread', (s) => s.summarize({ ...CHAT, unreadFrom: 3 }), 'request-empty'],
  ])('%s', async (_, ask, detail) => {
    let sent = 0;
    const session = await sessionWith((url, init) => {
      sent++;
      return fetch(url, init);
    });
    expect(await failure(ask(session))).toMatchObject({ code: 'request-invalid', detail });
    expect(sent).toBe(0);
  });

  it('when the signal says so first', async () => {
    const session = await server.connect();
    expect(await failure(session.reply(CHAT, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
  });
});

describe('an answer', () => {
  /** The server's own answer, changed as a whole. */
  const tampered =
    (change: (bytes: Uint8Array) => Uint8Array): Fetch =>
    async (url, init) => {
      const response = await fetch(url, init);
      const bytes = change(new Uint8Array(await response.arrayBuffer()));
      return new Response(Buffer.from(bytes), { headers: response.headers });
    };

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['that is empty', () => new Uint8Array(0), 'answer-truncated'],
    ['that ends before its last chunk', (b) => b.subarray(0, b.length - 400), 'answer-truncated'],
    ['that lacks its last byte', (b) => b.subarray(0, -1), 'answer-malformed'],
    [
      'that is changed in a bit',
      (b) => b.map((byte, i) => (i === 700 ? byte ^ 1 : byte)),
      'answer-malformed',
    ],
    ['that goes on too long', (b) => Uint8Array.from([...b, 0]), 'answer-malformed'],
  ])('%s is no answer', async (_, change, code) => {
    const session = await sessionWith(tampered(change));
    expect(await failure(session.proofread(ownDraft('She go home')))).toMatchObject({
      name: 'ClientError',
      code,
    });
  });

  it('whose connection breaks is truncated', async () => {
    const session = await sessionWith(async (url, init) => {
      const response = await fetch(url, init);
      const reader = response.body!.getReader();
      let chunks = 0;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { value } = await reader.read();
          if (++chunks > 2 || !value) controller.error(new TypeError('terminated'));
          else controller.enqueue(value);
        },
      });
      return new Response(body, { headers: response.headers });
    });
    expect(await failure(session.reply(CHAT))).toMatchObject({ code: 'answer-truncated' });
  });

  it('that arrives in one piece can be given up in the middle, too', async () => {
    const controller = new AbortController();
    const session = await sessionWith(tampered((bytes) => bytes));
    const events = session.reply(CHAT, { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ code: 'aborted' });
  });

  it('can be given up in the middle, by its signal or by leaving the loop', async () => {
    const controller = new AbortController();
    const events = (await server.connect()).reply(CHAT, { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ code: 'aborted' });
    for await (const event of (await server.connect()).reply(CHAT)) {
      expect(event.kind).toBe('text');
      break;
    }
  });
});
