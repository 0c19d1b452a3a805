import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ChatGroup,
  isPermitted,
  leavesProtected,
  type Message,
  ownDraft,
  ownMessages,
  requirePermitted,
  type Use,
} from '../../../client/index.js';

const USES: readonly Use[] = ['ai', 'export', 'auto-download'];
const setting = (on: boolean) => ({ on, by: 'anna', since: 1_767_225_600 });
const group = (on?: boolean, now?: () => number) =>
  new ChatGroup({
    epoch: 1n,
    ...(on === undefined ? {} : { setting: setting(on) }),
    ...(now ? { now } : {}),
  });
const said = (chat: ChatGroup, text = 'hello') => chat.message({ sender: 'Ben', text });
const refused = (code: string, detail: string) =>
  expect.objectContaining({ name: 'ClientError', code, detail });

describe('messages of a chat', () => {
  it.each([[undefined], [false]])('may go to AI while protection is %s', (on) => {
    const chat = group(on);
    for (const use of USES) requirePermitted(use, [said(chat), chat.draft('and')]);
  });

  it('may not be sent to AI, exported or downloaded while it is on', () => {
    const chat = group(true);
    for (const use of USES) {
      expect(() => requirePermitted(use, [said(chat)])).toThrow(refused('chat-protected', use));
      expect(() => requirePermitted(use, [chat.draft('a draft')])).toThrow(refused('chat-protected', use));
    }
  });

  it('stand as their chat does now, not as it did when they came', () => {
    const chat = group(false);
    const message = said(chat);
    chat.advance({ epoch: 2n, setting: setting(true) });
    expect(isPermitted('ai', [message])).toBe(false);
    chat.advance({ epoch: 3n, setting: setting(false) });
    expect(isPermitted('ai', [message])).toBe(true);
  });

  it('are refused with one protected message among many that are not', () => {
    const messages = [...ownMessages([{ sender: 'A', text: 'a' }]), said(group()), said(group(true))];
    expect(() => requirePermitted('ai', messages)).toThrow(refused('chat-protected', 'ai'));
  });
});

describe('what has no proof of its state', () => {
  const chat = group();
  it.each<[string, unknown]>([
    ['a plain object', { sender: 'Ben', text: 'hi' }],
    ['a copy of a message', { ...said(chat) }],
    ['a clone of a message', structuredClone({ ...said(chat) })],
    ['an object with the prototype of a message', Object.create(Object.getPrototypeOf(said(chat)))],
    ['a proxy of a message', new Proxy(said(chat), {})],
    ['a string', 'hi'],
    ['nothing', undefined],
  ])('is refused: %s', (_, item) => {
    expect(() => requirePermitted('ai', [item as Message])).toThrow(refused('privacy-unproven', 'no-origin'));
  });

  it('is a chat that the user has left', () => {
    const left = group();
    const message = said(left);
    left.leave();
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'not-a-member'));
  });

  it('is a chat that nothing was heard of for two minutes, until something is', () => {
    let time = 0;
    const chat = group(false, () => time);
    const message = said(chat);
    time = 120_000;
    requirePermitted('ai', [message]);
    time = 120_001;
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'state-stale'));
    chat.confirm();
    requirePermitted('ai', [message]);
  });

  it('is not believed after the app was away, until it is confirmed', () => {
    const chat = group(false);
    const message = said(chat);
    chat.wasAway();
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'state-stale'));
    chat.confirm();
    requirePermitted('ai', [message]);
  });

  it('is not believed while something of a later state is known, whatever else is heard, until it has caught up', () => {
    const chat = group(false);
    const message = said(chat);
    chat.sawEpoch(1n);
    requirePermitted('ai', [message]);
    chat.sawEpoch(3n);
    chat.sawEpoch(2n);
    chat.confirm();
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'state-behind'));
    chat.advance({ epoch: 2n, setting: setting(false) });
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'state-behind'));
    chat.advance({ epoch: 3n, setting: setting(false) });
    requirePermitted('ai', [message]);
  });
});

describe('the state of a chat', () => {
  it('goes on and never back', () => {
    const chat = group(true);
    chat.advance({ epoch: 5n, setting: setting(true) });
    for (const state of [
      { epoch: 4n, setting: setting(false) },
      { epoch: 5n, setting: setting(false) },
      { epoch: 5n },
    ])
      expect(() => chat.advance(state)).toThrow(refused('privacy-refused', 'epoch-order'));
    expect(chat.setting).toEqual(setting(true));
    chat.advance({ epoch: 5n, setting: setting(true) });
  });
});

describe('quoting and forwarding', () => {
  it('binds a message to the chat that it quotes, as well as to its own', () => {
    const [from, to] = [group(false), group(false)];
    const quoting = to.message({ sender: 'Ben', text: 'see this' }, { quotes: [said(from)] });
    const draft = to.draft('see this', { quotes: [said(from)] });
    requirePermitted('ai', [quoting, draft]);
    from.advance({ epoch: 2n, setting: setting(true) });
    expect(isPermitted('ai', [quoting])).toBe(false);
    expect(isPermitted('ai', [draft])).toBe(false);
    from.advance({ epoch: 3n, setting: setting(false) });
    to.advance({ epoch: 2n, setting: setting(true) });
    expect(isPermitted('ai', [quoting])).toBe(false);
  });

  it('has to be marked when it leaves a protected chat', () => {
    expect(leavesProtected([said(group(true))])).toBe(true);
    expect(leavesProtected([said(group(false)), said(group())])).toBe(false);
    expect(leavesProtected([{ ...said(group()) } as Message])).toBe(true);
    expect(leavesProtected([])).toBe(false);
  });

  it('keeps a marked message from AI for good, and all that quotes it', () => {
    const chat = group(false);
    const marked = chat.message({ sender: 'Ben', text: 'forwarded' }, { fromProtected: true });
    const again = group().message({ sender: 'Ann', text: 'forwarded twice' }, { quotes: [marked] });
    for (const message of [marked, again])
      expect(() => requirePermitted('ai', [message])).toThrow(refused('chat-protected', 'ai'));
    expect(leavesProtected([marked])).toBe(true);
  });

  it('of what no chat made is refused', () => {
    const message = group().message(
      { sender: 'B', text: 'b' },
      { quotes: [{ sender: 'A', text: 'a' } as Message] },
    );
    expect(() => requirePermitted('ai', [message])).toThrow(refused('privacy-unproven', 'no-origin'));
  });
});

describe('for any chats, messages and toggles', () => {
  it('a use is permitted if and only if every chat that is quoted, directly or not, is open', () => {
    const step = fc.record({
      chat: fc.nat(3),
      quotes: fc.array(fc.nat(30), { maxLength: 3 }),
      marked: fc.boolean(),
    });
    const world = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
      on: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      left: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(world, ({ steps, on, left }) => {
        const chats = [group(), group(false), group(true), group(true)];
        const messages: Message[] = [];
        const reach: Set<number>[] = [];
        for (const { chat, quotes, marked } of steps) {
          const quoted = messages.length > 0 ? quotes.map((at) => at % messages.length) : [];
          messages.push(
            chats[chat]!.message(
              { sender: 'x', text: 'y' },
              { quotes: quoted.map((at) => messages[at]!), fromProtected: marked },
            ),
          );
          reach.push(new Set([chat, ...(marked ? [-1] : []), ...quoted.flatMap((at) => [...reach[at]!])]));
        }
        for (const [i, chat] of chats.entries()) {
          chat.advance({ epoch: 9n, setting: setting(on[i]!) });
          if (left[i]) chat.leave();
        }
        const open = (chat: number) => chat >= 0 && !on[chat] && !left[chat];
        for (const use of USES) {
          expect(messages.map((message) => isPermitted(use, [message]))).toEqual(
            reach.map((chatsOf) => [...chatsOf].every(open)),
          );
        }
        expect(isPermitted('ai', [...messages, ownDraft('mine')])).toBe(
          reach.every((chatsOf) => [...chatsOf].every(open)),
        );
      }),
      { numRuns: 500 },
    );
  });
});
