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
import { HeldNetwork } from './held-network.js';
import type { Path } from './parties.js';

/** What a gateway has to handle on one core, a second. */
export const REQUESTS_GOAL = 300;
export const AT_ONCE = 32;
/** Sessions, each with its request. */
const BATCH = 250;
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

/**
 * Seals a batch of requests, sends them, and opens the answers, one after the other, so that relay and gateway have the
 * machine to themselves while they are measured.
 * @param requests how many in all, openings and askings
 */
export async function measureLoad(path: Path, requests: number): Promise<Load> {
  const keys = new Uint8Array(await (await fetch(`${path.gateway.url}/ohttp-keys`)).arrayBuffer());
  const network = new HeldNetwork(path.relay.url, AT_ONCE);
  const passage = { relay: path.relay.url, keyConfig: decodeKeyConfigList(keys)[0]!, fetch: network.fetch };
  const used = { opening: 0, asking: 0, relay: 0 };
  let last = await sample(path, 0);
  const samples: Sample[] = [];
  const measured = async <T>(work: readonly Promise<T>[], phase: 'opening' | 'asking'): Promise<T[]> => {
    const before = await sample(path, last.requests);
    const deliver = await network.send();
    last = await sample(path, last.requests + work.length);
    deliver();
    used[phase] += last.gateway.cpuUs - before.gateway.cpuUs;
    used.relay += last.relay.cpuUs - before.relay.cpuUs;
    return Promise.all(work);
  };
  const batch = async (pairs: number) => {
    const opened = await measured(
      Array.from({ length: pairs }, () => openSession(passage)),
      'opening',
    );
    await measured(
      opened.map((session) => ask(passage, session, path.issuer.token())),
      'asking',
    );
  };

  await batch(BATCH); // Nothing is compiled for the first time when it counts.
  Object.assign(used, { opening: 0, asking: 0, relay: 0 });
  last = { ...last, requests: 0 };
  const pairs = requests / 2;
  for (let done = 0; done < pairs; done += BATCH) {
    await batch(BATCH);
    samples.push(last);
  }
  await network.close();
  return {
    opening: used.opening / pairs,
    asking: used.asking / pairs,
    relay: used.relay / pairs,
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
