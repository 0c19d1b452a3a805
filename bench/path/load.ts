/** Requests through relay and gateway as fast as they go, and what each of the two uses up meanwhile. */
import { type Passage, streamedRequest, wholeRequest } from '../../client/private/oblivious.js';
import {
  CHUNKED_REQUEST_TYPE,
  decodeKeyConfigList,
  decodeSessionAnswer,
  encodeSessionOpen,
  formatAuthorization,
  KEM_X25519,
  SESSION_TYPE,
} from '../../wire/index.js';
import type { PartyUsage } from '../peers/path-party.js';
import type { Path } from './parties.js';

/** What a gateway has to handle on one core, a second. */
export const REQUESTS_GOAL = 300;
const AT_ONCE = 32;
/** A sealed request of 2 KiB. */
const BODY = new Uint8Array(2048 + 100).fill(1);

export interface Sample {
  /** HTTP requests that have been answered so far. */
  readonly requests: number;
  readonly relay: PartyUsage;
  readonly gateway: PartyUsage;
}

export interface Load {
  /** Microseconds of processor time at the gateway: a session opened, a request of it asked and answered. */
  readonly opening: number;
  readonly asking: number;
  /** The same at the relay, for both. */
  readonly relay: number;
  readonly samples: readonly Sample[];
}

/** @param requests how many in all, openings and askings */
export async function measureLoad(path: Path, requests: number): Promise<Load> {
  const keys = new Uint8Array(await (await fetch(`${path.gateway.url}/ohttp-keys`)).arrayBuffer());
  const passage = { relay: `${path.relay.url}/`, keyConfig: decodeKeyConfigList(keys)[0]!, fetch };
  const open = () => openSession(passage);
  const both = async () => ask(passage, await open(), path.issuer.token());
  await manyTimes(200, both); // Nothing is compiled for the first time when it counts.

  const openings = Math.min(1000, requests / 10);
  const before = await sample(path, 0);
  await manyTimes(openings, open);
  let last = await sample(path, 0);
  const opening = (last.gateway.cpuUs - before.gateway.cpuUs) / openings;
  const samples = [last];
  const step = requests / 20;
  for (let done = step; done <= requests; done += step) {
    await manyTimes(step / 2, both);
    last = await sample(path, done);
    samples.push(last);
  }
  const [first] = samples as [Sample];
  const pairs = requests / 2;
  return {
    opening,
    asking: (last.gateway.cpuUs - first.gateway.cpuUs) / pairs - opening,
    relay: (last.relay.cpuUs - first.relay.cpuUs) / pairs,
    samples,
  };
}

/** Bytes that each further thousand of requests costs: the slope of a line through the later half of the samples. */
export function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const later = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = later.map(({ requests }) => requests / 1000);
  const y = later.map(of);
  const [mx, my] = [mean(x), mean(y)];
  const over = x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i]! - my), 0);
  return over / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0);
}

async function sample({ relay, gateway }: Path, requests: number): Promise<Sample> {
  return { requests, relay: await relay.usage(), gateway: await gateway.usage() };
}

async function manyTimes(times: number, work: () => Promise<unknown>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

interface Opened {
  readonly session: string;
  readonly route: string;
}

async function openSession(passage: Passage): Promise<Opened> {
  const response = await wholeRequest(passage, {
    method: 'POST',
    path: '/v1/sessions',
    headers: { 'content-type': SESSION_TYPE },
    body: encodeSessionOpen({ nonce: new Uint8Array(32), kems: [KEM_X25519] }),
  });
  if (response.status !== 200) throw new Error(`the opening was refused: ${await response.text()}`);
  const { sessionId } = decodeSessionAnswer(new Uint8Array(await response.arrayBuffer()));
  return { session: Buffer.from(sessionId).toString('hex'), route: response.headers.get('sotto-route')! };
}

async function ask(passage: Passage, { session, route }: Opened, token: Uint8Array): Promise<void> {
  const response = await streamedRequest(passage, {
    method: 'POST',
    path: `/v1/sessions/${session}`,
    headers: {
      'content-type': CHUNKED_REQUEST_TYPE,
      'sotto-route': route,
      authorization: formatAuthorization(token),
    },
    body: BODY,
  });
  if (response.status !== 200) throw new Error(`a request was refused: ${await response.text()}`);
  await response.arrayBuffer();
}
