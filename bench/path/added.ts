/** What the whole path adds to the time to the first token, over a direct session with the same machine. */
import { randomInt } from 'node:crypto';
import { connect, GatewayKey, ownMessages, PrivateAi, type SessionEvent } from '../../client/index.js';
import { privateFetch } from '../../client/node/index.js';
import { quantile } from '../attestation/statistics.js';
import { MACHINE_TRUST } from './machine.js';
import type { Path } from './parties.js';

export interface Added {
  /** Medians, in milliseconds. */
  readonly direct: number;
  readonly path: number;
  /** Median of the differences of the two requests of a round. */
  readonly added: number;
}

const CHAT = {
  messages: ownMessages([
    { sender: 'Anna', text: 'Lunch at 12 tomorrow?' },
    { sender: 'Ben', text: 'I can only do 13:00' },
  ]),
};

/**
 * Rounds of one request each way, in random order, sessions opened and verified before. The machine's own time is in
 * both: it is a script's, and so nearly the same.
 */
export async function measureAdded(machine: string, path: Path, rounds: number): Promise<Added> {
  const fetch = privateFetch();
  let token = path.issuer.token();
  const tokens = { take: async () => token, giveBack: async () => undefined };
  const gatewayKey = new GatewayKey(fetch, [
    `${path.relay.url}/ohttp-keys`,
    `${path.gateway.url}/ohttp-keys`,
  ]);
  const direct: number[] = [];
  const whole: number[] = [];
  const warmUp = Math.ceil(rounds / 10);
  for (let round = 0; round < rounds + warmUp; round++) {
    const session = await connect({ url: machine, fetch, ...MACHINE_TRUST });
    token = path.issuer.token(); // Wallets have theirs ready.
    const ai = new PrivateAi({ relay: `${path.relay.url}/`, gatewayKey, tokens, fetch, ...MACHINE_TRUST });
    await ai.preconnect();
    ai.close();
    const ways = [
      async () => direct.push(await timeToText(session.summarize(CHAT))),
      async () => whole.push(await timeToText(ai.summarize(CHAT))),
    ];
    if (randomInt(2) === 1) ways.reverse();
    for (const way of ways) await way();
  }
  const [a, b] = [direct.slice(warmUp), whole.slice(warmUp)];
  const differences = b.map((ms, i) => ms - a[i]!);
  return { direct: quantile(a, 0.5), path: quantile(b, 0.5), added: quantile(differences, 0.5) };
}

async function timeToText(events: AsyncIterable<SessionEvent>): Promise<number> {
  const start = performance.now();
  let first: number | undefined;
  for await (const { kind } of events) if (kind === 'text') first ??= performance.now() - start;
  if (first === undefined) throw new Error('there was no text');
  return first;
}
