import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownDraft, ownMessages, type Session } from '../../client/index.js';
import { Tokenizer } from '../../model/index.js';
import { concat, encodeTaskBody, KEM_X25519, KEM_XWING } from '../../wire/index.js';
import { bhttpRequest, openByHand, postSealed, readAnswer, sealPlaintext } from './by-hand.js';
import { Canary } from './canary.js';
import { CHAT, collect, TestServer, textOf } from './fixture.js';
import { countInMemory } from './memory.js';

let tokenizer: Tokenizer;
let server: TestServer;
beforeAll(async () => {
  tokenizer = await Tokenizer.fromPack('.sotto/models/default');
  server = await TestServer.start();
});
afterAll(() => server.stop());

const none = (canary: Canary) => Object.fromEntries(Object.keys(canary.patterns).map((form) => [form, 0]));

const chatWith = (canary: Canary) => ({
  messages: [
    ...CHAT.messages,
    ...ownMessages([{ sender: 'Ben', text: `The code is ${canary.text} as you know` }]),
  ],
});

/** An abort reaches the engine after the client has gone: what it leaves is looked for until it is gone, or for 10 s. */
async function settledCounts(pid: number, canary: Canary): Promise<Record<string, number>> {
  let counts = countInMemory(pid, canary.patterns);
  for (let tries = 0; tries < 20 && Object.values(counts).some((count) => count > 0); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    counts = countInMemory(pid, canary.patterns);
  }
  return counts;
}

/** While it stands still: a scan takes longer than a short answer. */
function countStopped(pid: number, canary: Canary): Record<string, number> {
  process.kill(pid, 'SIGSTOP');
  try {
    return countInMemory(pid, canary.patterns);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

describe("the server's whole memory", () => {
  it('holds a canary that is leaked on purpose, in every form: the scan works', async () => {
    const canary = new Canary(tokenizer);
    for (const bytes of Object.values(canary.patterns)) await server.leak(bytes);
    const counts = countInMemory(server.pid, canary.patterns);
    for (const [form, count] of Object.entries(counts)) expect([form, count > 0]).toEqual([form, true]);
  });

  it('holds a message while it is being worked on: the canary gets there', async () => {
    const canary = new Canary(tokenizer);
    const session = await server.connect();
    let during: Record<string, number> | undefined;
    for await (const event of session.reply(chatWith(canary))) {
      if (event.kind === 'text') during ??= countStopped(server.pid, canary);
    }
    expect(during!['utf8']).toBeGreaterThan(0);
    expect(during!['int32']! + during!['int64']!).toBeGreaterThan(0);
    expect(countInMemory(server.pid, canary.patterns)).toEqual(none(canary));
  });

  it.each([
    ['a summary', (session, canary) => session.summarize(chatWith(canary))],
    ['replies', (session, canary) => session.reply(chatWith(canary))],
    [
      'a rewrite',
      (session, canary) =>
        session.rewrite(ownDraft(`please send me ${canary.text} today`), { tone: 'friendly' }),
    ],
    ['proofreading', (session, canary) => session.proofread(ownDraft(`please send me ${canary.text} todya`))],
  ] as [string, (s: Session, c: Canary) => ReturnType<Session['summarize']>][])(
    'holds nothing of a message once %s has been sent',
    async (_, ask) => {
      const canary = new Canary(tokenizer);
      const events = await collect(ask(await server.connect(), canary));
      expect(textOf(events)).not.toBe('');
      expect(countInMemory(server.pid, canary.patterns)).toEqual(none(canary));
    },
  );

  it('holds nothing of an answer either', async () => {
    const session = await server.connect();
    const answer = textOf(await collect(session.summarize(CHAT)));
    const part = answer.slice(0, 32);
    expect(part).toHaveLength(32);
    // The examples in the prompts stay in memory, of course: what could be one of them would prove nothing.
    for (const file of readdirSync('model/tasks')) {
      expect(readFileSync(`model/tasks/${file}`, 'utf8')).not.toContain(part);
    }
    expect(countInMemory(server.pid, { answer: utf8(part) })).toEqual({ answer: 0 });
  });

  it('holds nothing when the client leaves in the middle', async () => {
    const canary = new Canary(tokenizer);
    const controller = new AbortController();
    const session = await server.connect();
    const events = session.reply(chatWith(canary), { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(await settledCounts(server.pid, canary)).toEqual(none(canary));
  });

  it('holds no key of a session that is over, of either kind', async () => {
    for (const kem of [KEM_X25519, KEM_XWING] as const) {
      const session = await openByHand(server.url, kem);
      const { message, answer, shared } = sealPlaintext(
        session,
        bhttpRequest('/v1/proofread', encodeTaskBody({ task: 'proofread', text: utf8('all is well') })),
      );
      const events = await readAnswer(await postSealed(server.url, session.sessionId, message), answer);
      expect(events.at(-1)).toMatchObject({ kind: 'done' });
      expect(countInMemory(server.pid, { shared })).toEqual({ shared: 0 });
    }
  });

  it.each([
    ['is not binary HTTP', (canary: Canary) => utf8(`\u0007${canary.text}`)],
    ['is for no task', (canary: Canary) => bhttpRequest(`/v1/${canary.text}`, utf8(canary.text))],
    ['is no CBOR', (canary: Canary) => bhttpRequest('/v1/proofread', utf8(canary.text))],
    ['is not UTF-8', (canary: Canary) => bhttpRequest('/v1/proofread', invalidUtf8(canary))],
  ])('holds nothing of a request that %s', async (_, plaintext) => {
    const canary = new Canary(tokenizer);
    const session = await openByHand(server.url);
    const { message, answer } = sealPlaintext(session, plaintext(canary));
    const events = await readAnswer(await postSealed(server.url, session.sessionId, message), answer);
    expect(events.at(-1)).toMatchObject({ kind: 'error' });
    expect(countInMemory(server.pid, canary.patterns)).toEqual(none(canary));
  });

  it('holds nothing when the engine gives up', async () => {
    const hasty = await TestServer.start({ limits: { taskMs: 150 } });
    try {
      const canary = new Canary(tokenizer);
      const session = await hasty.connect();
      const long = { messages: Array.from({ length: 200 }, () => chatWith(canary).messages[3]!) };
      await expect(collect(session.summarize(long, { length: 'medium' }))).rejects.toMatchObject({
        code: 'task-failed',
        detail: 'task-timeout',
      });
      expect(countInMemory(hasty.pid, canary.patterns)).toEqual(none(canary));
    } finally {
      await hasty.stop();
    }
  });

  it('and nothing that it wrote tells anything', () => {
    for (const line of server.errors.trim().split('\n')) {
      expect(Object.keys(JSON.parse(line)).sort()).toEqual(
        expect.arrayContaining(['event', 'level', 'time']),
      );
    }
  });
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** {1: canary, with a byte that no UTF-8 has} */
function invalidUtf8({ text }: Canary): Uint8Array {
  const bytes = concat(utf8(text), Uint8Array.of(0xff));
  return concat(Uint8Array.of(0xa1, 1, 0x58, bytes.length), bytes);
}
