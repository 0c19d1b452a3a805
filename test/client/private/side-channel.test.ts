import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_TRUST } from '../../../bench/path/machine.js';
import { PartyProcess } from '../../../bench/path/parties.js';
import { GatewayKey, KEM_X25519, PrivateAi } from '../../../client/index.js';
import type { RunningParty } from '../../../edge/index.js';
import { type TestGateway, testGateway, testRelay } from '../../edge/fixture.js';
import { BEATS_IN_BAR, barsOf, type Case, MOST_TEXT, randomPairs } from './cases.js';
import { ObservedLink, type SeenExchange } from './link.js';

const KEMS = [KEM_X25519] as const;
const PAIRS = randomPairs(200);
/** Answers at the edges of a bar: their bytes, and the bars that they take. */
const EDGES = [
  ['no word', 0, 1],
  ['one byte', 1, 1],
  ['eight full chunks', 8 * MOST_TEXT, 1],
  ['one byte more', 8 * MOST_TEXT + 1, 2],
  ['sixteen full chunks', 16 * MOST_TEXT, 2],
] as const;
/** Chunks come fast here, because four hundred answers do; how long a beat is changes no size and no count. */
const BEAT_MS = 1;

/** What gateway and client put around every piece of a machine's answer: a tag, and the piece's length. */
const AROUND_A_PIECE = 16 + 2;

/** All that was seen of one request. */
interface Observation {
  /** What may depend on the request: sizes of its head and body on each link. */
  readonly request: readonly (readonly [head: number, body: number])[];
  /** Heads of the answers, and their last chunks. */
  readonly frame: readonly (readonly [head: number, end: number])[];
  /**
   * What came of the machine's bytes, by link, without what is around each piece. A gateway seals what is there when it
   * looks: when the network stalls that is two chunks in one, and which ones depends on the stall alone.
   */
  readonly answer: readonly number[];
  /** Every chunk that the machine sends. */
  readonly chunks: readonly number[];
}

function observed(links: readonly (readonly SeenExchange[])[]): Observation {
  for (const exchanges of links) expect(exchanges).toHaveLength(1);
  const seen = links.map(([exchange]) => exchange!);
  const total = (sizes: readonly number[]) =>
    sizes.slice(0, -1).reduce((sum, size) => sum + size - AROUND_A_PIECE, 0);
  return {
    request: seen.map(({ request }) => [request.headBytes, request.bodyBytes]),
    frame: seen.map(({ response }) => [response.headBytes, response.sealed.at(-1)!]),
    answer: seen.slice(0, -1).map(({ response }) => total(response.sealed)),
    chunks: seen.at(-1)!.response.sealed,
  };
}

describe('an observer of every link', () => {
  let machine: PartyProcess;
  let gateway: TestGateway;
  let relay: RunningParty;
  let links: readonly [ObservedLink, ObservedLink, ObservedLink];
  let gatewayKey: GatewayKey;

  beforeAll(async () => {
    const edges = EDGES.map(([, bytes]) => [['a', bytes]]);
    const answers = [...PAIRS.flatMap((pair) => pair.map(({ answer }) => answer)), ...edges];
    machine = await PartyProcess.start('machine', { answers, cadenceMs: BEAT_MS });
    const third = await ObservedLink.before(machine.url);
    gateway = await testGateway([third.url]);
    const second = await ObservedLink.before(gateway.url);
    relay = await testRelay(second.url);
    links = [await ObservedLink.before(relay.url), second, third];
    gatewayKey = new GatewayKey(fetch, [`${relay.url}/ohttp-keys`, `${gateway.url}/ohttp-keys`]);
  });

  afterAll(async () => {
    await relay.close();
    await gateway.close();
    for (const link of links) await link.stop();
    await machine.stop();
  });

  /** Asks in a session that was opened before there was a text, so that its opening can have nothing to do with it. */
  async function observe(one: Case): Promise<Observation> {
    const tokens = { take: async () => gateway.issuer.token(), giveBack: async () => undefined };
    const options = { relay: `${links[0].url}/`, gatewayKey, tokens, kems: KEMS, ...MACHINE_TRUST };
    const ai = new PrivateAi(options);
    await ai.preconnect();
    ai.close();
    for (const link of links) link.take();
    for await (const _ of one.ask(ai));
    return observed(links.map((link) => link.take()));
  }

  it('learns the class of a request and the bars of its answer, and nothing else', async () => {
    /** By all that may be learnt: what was seen has to be the same for everybody. */
    const byClass = new Map<number, Pick<Observation, 'request' | 'frame'>>();
    const byBars = new Map<number, Pick<Observation, 'answer' | 'chunks'>>();
    let alike = 0;
    for (const pair of PAIRS) {
      for (const one of pair) {
        const { request, frame, answer, chunks } = await observe(one);
        const bars = barsOf(one.answer);
        if (!byClass.has(one.class)) byClass.set(one.class, { request, frame });
        if (!byBars.has(bars)) byBars.set(bars, { answer, chunks });
        expect({ request, frame }, `class ${one.class}`).toEqual(byClass.get(one.class));
        expect({ answer, chunks }, `${bars} bars`).toEqual(byBars.get(bars));
      }
      const [one, other] = pair;
      expect(one.text).not.toBe(other.text);
      expect(one.class).toBe(other.class);
      if (barsOf(one.answer) === barsOf(other.answer)) alike++;
    }
    // The observer is not blind: every class and every number of bars has a look of its own.
    const looks = (seen: Map<number, object>) =>
      new Set([...seen.values()].map((one) => JSON.stringify(one)));
    expect(looks(byClass).size).toBe(byClass.size);
    expect(looks(byBars).size).toBe(byBars.size);
    expect(byClass.size).toBeGreaterThan(4);
    expect(byBars.size).toBeGreaterThan(2);
    // And both kinds of pairs were there: of those alike in bars nothing at all tells one from the other.
    expect(alike).toBeGreaterThan(PAIRS.length / 10);
    expect(alike).toBeLessThan(PAIRS.length);
  }, 300_000);

  it.each(EDGES)(
    'sees an answer of %s (%d bytes) as %d bars of chunks of one size',
    async (_, _bytes, bars) => {
      const [[one]] = PAIRS as [(typeof PAIRS)[number]];
      const { chunks } = await observe(one);
      // The head, the bars, how it went, the end.
      expect(chunks).toHaveLength(1 + BEATS_IN_BAR * bars + 1 + 1);
      expect(new Set(chunks)).toHaveProperty('size', 1);
    },
  );
});
