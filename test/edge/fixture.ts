import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Passage, streamedRequest, wholeRequest } from '../../client/private/oblivious.js';
import type { EdgeEvent, GatewayConfig, RunningParty } from '../../edge/index.js';
import { startGateway, startRelay } from '../../edge/index.js';
import type { PartyLimits } from '../../edge/party.js';
import {
  CHUNKED_REQUEST_TYPE,
  decodeKeyConfigList,
  decodeSessionAnswer,
  encodeSessionOpen,
  formatAuthorization,
  KEM_X25519,
  SESSION_TYPE,
} from '../../wire/index.js';
import { GATEWAY_NAME, TestIssuer } from './issuer.js';

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'sotto-edge-'));

export interface TestGateway extends RunningParty {
  readonly issuer: TestIssuer;
  readonly config: GatewayConfig;
  readonly events: readonly EdgeEvent[];
}

/** A gateway of some machines, with an issuer of its own unless one is given. It listens when it resolves. */
export async function testGateway(
  machines: readonly string[],
  options: Partial<GatewayConfig> & { readonly withIssuer?: TestIssuer; readonly limits?: PartyLimits } = {},
): Promise<TestGateway> {
  const { withIssuer, limits, ...given } = options;
  const issuer = withIssuer ?? (await TestIssuer.start());
  const folder = scratch();
  const config: GatewayConfig = {
    listen: { host: '127.0.0.1', port: 0 },
    machines,
    issuer: { name: new URL(issuer.url).host, url: issuer.url },
    name: GATEWAY_NAME,
    spent: { kind: 'sqlite', file: join(folder, 'spent.db') },
    keys: { file: join(folder, 'secret'), epochSeconds: 86_400, overlapSeconds: 3_600 },
    ...given,
  };
  const events: EdgeEvent[] = [];
  const gateway = await startGateway({
    config,
    log: (event) => events.push(event),
    ...(limits ? { limits } : {}),
  });
  return {
    url: gateway.url,
    issuer,
    config,
    events,
    async close() {
      await gateway.close();
      if (!withIssuer) await issuer.stop();
    },
  };
}

/** A relay to a gateway, which limits no address. */
export function testRelay(gateway: string): Promise<RunningParty> {
  return startRelay({
    config: {
      listen: { host: '127.0.0.1', port: 0 },
      gateway,
      rate: { burst: 100_000, perSecond: 100_000 },
      keySeconds: 3600,
    },
    log: () => undefined,
  });
}

/** A way to a gateway without a relay. */
export async function passageTo(url: string): Promise<Passage> {
  const keys = new Uint8Array(await (await fetch(`${url}/ohttp-keys`)).arrayBuffer());
  return { relay: `${url}/`, keyConfig: decodeKeyConfigList(keys)[0]!, fetch };
}

export interface OpenedSession {
  readonly session: string;
  readonly route: string;
}

/** Opens a session. @throws when the gateway or the machine refuses */
export async function openThrough(
  passage: Passage,
  headers: Record<string, string> = {},
): Promise<OpenedSession> {
  const response = await wholeRequest(passage, {
    method: 'POST',
    path: '/v1/sessions',
    headers: { 'content-type': SESSION_TYPE, ...headers },
    body: encodeSessionOpen({ nonce: new Uint8Array(32), kems: [KEM_X25519] }),
  });
  if (response.status !== 200) throw new Error(`refused: ${(await problemOf(response)).code}`);
  const answer = decodeSessionAnswer(new Uint8Array(await response.arrayBuffer()));
  return {
    session: Buffer.from(answer.sessionId).toString('hex'),
    route: response.headers.get('sotto-route')!,
  };
}

export interface Asking extends Partial<OpenedSession> {
  readonly token?: Uint8Array;
  readonly authorization?: string;
}

/** Sends a request of a session. */
export function askThrough(
  passage: Passage,
  { session = '0'.repeat(32), route, token, authorization }: Asking,
): Promise<Response> {
  const credentials = authorization ?? (token && formatAuthorization(token));
  return streamedRequest(passage, {
    method: 'POST',
    path: `/v1/sessions/${session}`,
    headers: {
      'content-type': CHUNKED_REQUEST_TYPE,
      ...(route === undefined ? {} : { 'sotto-route': route }),
      ...(credentials === undefined ? {} : { authorization: credentials }),
    },
    body: new TextEncoder().encode('sealed'),
  });
}

export interface ReadProblem {
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
}

export async function problemOf(response: Response): Promise<ReadProblem> {
  const { code, detail } = (await response.json()) as { code?: string; detail?: string };
  return { status: response.status, ...(code ? { code } : {}), ...(detail ? { detail } : {}) };
}
