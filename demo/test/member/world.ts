/** A delivery service on a port of its own, and members that talk to it. */
import { type FastifyInstance, fastify } from 'fastify';
import { WebSocket } from 'ws';
import type { Socket } from '../../delivery/link.js';
import { Mailroom } from '../../delivery/mailroom.js';
import { DELIVERY_PATH } from '../../delivery/path.js';
import { addDelivery } from '../../delivery/service.js';
import { Member, type MemberOptions, MemoryStore } from '../../member/index.js';

export class World {
  readonly mailroom: Mailroom;
  readonly #app: FastifyInstance;
  readonly #url: string;
  readonly #members: Member[] = [];
  readonly failures: unknown[] = [];
  /** Sign-in tokens that are not good any more. */
  readonly ended: Set<string>;

  private constructor(mailroom: Mailroom, app: FastifyInstance, url: string, ended: Set<string>) {
    this.ended = ended;
    this.mailroom = mailroom;
    this.#app = app;
    this.#url = url;
  }

  static async start(maxBytes = 10_000_000): Promise<World> {
    const mailroom = new Mailroom(['anna', 'ben', 'chloe'], maxBytes);
    const ended = new Set<string>();
    const app = fastify({ logger: false, forceCloseConnections: true });
    await addDelivery(app, {
      mailroom,
      personOf: (token) => (ended.has(token) ? undefined : /^token of (\w+)/.exec(token)?.[1]),
      allowsOrigin: (origin) => origin === undefined,
      pulseMs: 100,
    });
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}${DELIVERY_PATH}`;
    return new World(mailroom, app, url, ended);
  }

  get socketUrl(): string {
    return this.#url.replace('http', 'ws');
  }

  async member(person: string, options: Partial<MemberOptions> = {}): Promise<Member> {
    const member = await Member.start({
      person,
      token: `token of ${person}`,
      store: new MemoryStore(),
      open: () => new WebSocket(this.socketUrl) as Socket,
      changed: () => undefined,
      failed: (error) => this.failures.push(error),
      ...options,
    });
    this.#members.push(member);
    await until(() => member.connection !== 'connecting');
    return member;
  }

  async close(): Promise<void> {
    for (const member of this.#members) member.close();
    await this.#app.close();
  }
}

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error('it never came to hold');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const texts = (member: Member, id: string): string[] =>
  member.chats
    .get(id)
    ?.items.flatMap((item) => (item.kind === 'message' ? [`${item.sender}: ${item.text}`] : [])) ?? [];

/** A chat of the first one's, with all of them in it. */
export async function chatOf(...members: Member[]): Promise<string> {
  const [first, ...others] = members;
  const id = await first!.create(
    'Trip',
    others.map(({ person }) => person),
  );
  for (const one of others) await until(() => one.chats.has(id));
  await until(() => members.every((one) => one.chats.get(id)!.group.members.length === members.length));
  return id;
}
