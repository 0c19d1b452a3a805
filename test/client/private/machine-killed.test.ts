import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_TRUST } from '../../../bench/path/machine.js';
import { PartyProcess } from '../../../bench/path/parties.js';
import { type ClientError, GatewayKey, KEM_X25519, ownDraft, PrivateAi } from '../../../client/index.js';
import type { RunningParty } from '../../../edge/index.js';
import { type TestGateway, testGateway, testRelay } from '../../edge/fixture.js';
import { TestTokens } from './path.js';

const REQUESTS = 200;
const RUNNING = 32;
/** Six seconds of answer for every request, so that there is a middle to be killed in, on a slow machine too. */
const PART = ['meet at one, at the usual place. ', 150] as const;
const ANSWER = PART[0].repeat(PART[1]);
const KEMS = [KEM_X25519] as const;
const MACHINE = {
  answers: Array.from({ length: 2 * REQUESTS }, () => [PART]),
  cadenceMs: 250,
  running: RUNNING,
  queue: REQUESTS,
};

/** What the one who asked has seen so far. */
class Asked {
  text = '';
  done = false;
  error: ClientError | undefined;

  get begun(): boolean {
    return this.text !== '';
  }

  get streams(): boolean {
    return this.begun && !this.done && !this.error;
  }

  async follow(ai: PrivateAi): Promise<void> {
    try {
      for await (const event of ai.proofread(ownDraft('She go home'))) {
        if (event.kind === 'text') this.text += event.text;
        if (event.kind === 'done') this.done = true;
      }
    } catch (error) {
      this.error = error as ClientError;
    }
  }
}

describe('one of two machines is killed', () => {
  let machines: readonly [PartyProcess, PartyProcess];
  let gateway: TestGateway;
  let relay: RunningParty;

  beforeAll(async () => {
    machines = [await PartyProcess.start('machine', MACHINE), await PartyProcess.start('machine', MACHINE)];
    gateway = await testGateway(machines.map(({ url }) => url));
    relay = await testRelay(gateway.url);
  });
  afterAll(async () => {
    await relay.close();
    await gateway.close();
    await machines[1].stop();
  });

  it(`while ${REQUESTS} ask: those whose answers it had begun are told, and all others are answered`, async () => {
    const gatewayKey = new GatewayKey(fetch, [`${relay.url}/ohttp-keys`, `${gateway.url}/ohttp-keys`]);
    const tokens = new TestTokens(() => gateway.issuer.token());
    const options = { relay: `${relay.url}/`, gatewayKey, tokens, kems: KEMS, ...MACHINE_TRUST };
    const asked = Array.from({ length: REQUESTS }, () => new Asked());
    const all = Promise.all(asked.map((one) => one.follow(new PrivateAi(options))));

    // More than one machine works on at a time: both have begun to answer.
    while (asked.filter(({ streams }) => streams).length <= RUNNING) await sleep(5);
    const killed = machines[0].kill();
    const notBegun = asked.filter(({ begun }) => !begun).length;
    await Promise.all([killed, all]);

    expect(notBegun).toBeGreaterThan(REQUESTS / 2);
    const failed = asked.filter(({ error }) => error);
    // No more than it worked on: all that waited there, and those whose first words it had not sent, are answered.
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(RUNNING);
    for (const { error, text, begun } of failed) {
      expect(error).toMatchObject({ code: 'answer-truncated' });
      expect(begun).toBe(true);
      expect(ANSWER.startsWith(text)).toBe(true);
    }
    for (const { error, done, text } of asked)
      if (!error) expect([done, text === ANSWER]).toEqual([true, true]);
  }, 300_000);
});
