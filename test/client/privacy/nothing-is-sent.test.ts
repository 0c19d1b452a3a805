/** Both ways to a server hold to the policy, and nothing at all leaves the device: no token, no session, no request. */
import { describe, expect, it } from 'vitest';
import {
  ChatGroup,
  type Draft,
  GatewayKey,
  type Message,
  PrivateAi,
  type Session,
  type SessionEvent,
} from '../../../client/index.js';
import { Session as OpenSession } from '../../../client/session.js';

const open = new ChatGroup({ epoch: 1n });
const shut = new ChatGroup({ epoch: 1n, setting: { on: true, by: 'anna', since: 0 } });
const message = (chat: ChatGroup) => chat.message({ sender: 'Ben', text: 'Lunch at 12?' });
const plain = { sender: 'Ben', text: 'Lunch at 12?' } as Message;

type Asked = Pick<Session, 'summarize' | 'reply' | 'rewrite' | 'proofread'>;
const CASES: readonly [string, (ai: Asked) => AsyncGenerator<SessionEvent>, string][] = [
  ['a summary', (ai) => ai.summarize({ messages: [message(open), message(shut)] }), 'chat-protected'],
  [
    'a summary of what is unread, after a protected message',
    (ai) => ai.summarize({ messages: [message(shut), message(open)], unreadFrom: 1 }),
    'chat-protected',
  ],
  [
    'a summary with a protected context',
    (ai) => ai.summarize({ messages: [message(open)] }, { context: shut.draft('before') }),
    'chat-protected',
  ],
  ['replies', (ai) => ai.reply({ messages: [message(shut)] }), 'chat-protected'],
  ['a rewrite', (ai) => ai.rewrite(shut.draft('sory'), { tone: 'friendly' }), 'chat-protected'],
  ['proofreading', (ai) => ai.proofread(shut.draft('sory')), 'chat-protected'],
  ['a summary of plain objects', (ai) => ai.summarize({ messages: [plain] }), 'privacy-unproven'],
  ['replies to plain objects', (ai) => ai.reply({ messages: [plain] }), 'privacy-unproven'],
  [
    'a rewrite of a string',
    (ai) => ai.rewrite('sory' as unknown as Draft, { tone: 'funny' }),
    'privacy-unproven',
  ],
  ['proofreading of a string', (ai) => ai.proofread('sory' as unknown as Draft), 'privacy-unproven'],
];

describe.each(['the private path', 'a session'])('on %s, nothing is sent for', (way) => {
  it.each(CASES)('%s', async (_, ask, code) => {
    let sent = 0;
    const fetch = async () => {
      sent++;
      throw new Error('something was sent');
    };
    const tokens = {
      async take() {
        sent++;
        return new Uint8Array(0);
      },
      async giveBack() {},
    };
    const gatewayKey = new GatewayKey(fetch, ['https://a.example/', 'https://b.example/']);
    const ai: Asked =
      way === 'a session'
        ? new OpenSession({
            url: 'https://ai.example',
            fetch,
            now: () => new Date(0),
            expires: new Date(1),
          } as unknown as ConstructorParameters<typeof OpenSession>[0])
        : new PrivateAi({
            relay: 'https://r.example/',
            gatewayKey,
            tokens,
            policy: { measurements: [new Uint8Array(48)] },
            fetch,
          });
    await expect(ask(ai).next()).rejects.toMatchObject({ name: 'ClientError', code });
    expect(sent).toBe(0);
  });
});
