/** What it costs that sizes and times say nothing: bytes and delay, over a sealed stream that hides neither. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Fetch, ownMessages } from '../../client/index.js';
import type { TaskEvent } from '../../model/tasks/index.js';
import {
  ChunkedRequestOpener,
  ChunkedRequestSealer,
  generateKemKeyPair,
  KEM_X25519,
  OFFERED_SUITES,
  padRequest,
} from '../../wire/index.js';
import { nativePrimitives } from '../../wire/node/primitives.js';
import { nativeX25519 } from '../../wire/node/x25519.js';
import { quantile } from '../attestation/statistics.js';
import { MACHINE_TRUST, startMachine } from './machine.js';

/** Of a short summary: tokens, what one of them takes, in milliseconds, and its text. */
const TOKENS = 60;
const TOKEN_MS = 12;
const TOKEN = new TextEncoder().encode(' word');
const PLAIN_SIZES = [300, 700, 1_100, 2_500, 5_000, 20_000, 100_000];

/** An answer as its client sees it: bytes of its body; milliseconds to its first text, its last and its end. */
export interface AnswerCost {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  readonly end: number;
}

const keyPair = () => {
  const pair = generateKemKeyPair(KEM_X25519, nativeX25519, nativePrimitives);
  return {
    pair,
    config: { keyId: 1, kem: KEM_X25519, publicKey: pair.publicKey, suites: OFFERED_SUITES } as const,
  };
};

/** Sealed sizes of requests, with and without size classes. */
export function requestTable(): string {
  const { config } = keyPair();
  const sealed = (plain: Uint8Array) => {
    const sealer = new ChunkedRequestSealer(config);
    return sealer.start.length + sealer.final(plain).length;
  };
  const lines = PLAIN_SIZES.map((size) => {
    const plain = new Uint8Array(size);
    const [padded, bare] = [sealed(padRequest(plain)), sealed(plain)];
    const cells = [size, bare, padded].map((value) => String(value).padStart(14));
    return `${cells.join('')}${(padded / bare).toFixed(2).padStart(10)}`;
  });
  return ['request, bytes        sealed     in a class     ratio', ...lines].join('\n');
}

/** The same script as answers of both kinds, in turns; medians. */
export async function measureAnswers(rounds: number): Promise<Record<'bare' | 'covered', AnswerCost>> {
  const all: Record<'bare' | 'covered', AnswerCost[]> = { bare: [], covered: [] };
  const bare = await startBare();
  const machine = await startMachine(script);
  for (let round = 0; round <= rounds; round++) {
    all.bare.push(await bare.ask());
    all.covered.push(await askMachine(machine.url));
  }
  await machine.close();
  await bare.close();
  return { bare: median(all.bare.slice(1)), covered: median(all.covered.slice(1)) };
}

export function answerTable(costs: Record<'bare' | 'covered', AnswerCost>): string {
  const line = (name: string, { bytes, first, last, end }: AnswerCost) =>
    name.padEnd(34) +
    String(bytes).padStart(8) +
    [first, last, end].map((ms) => ms.toFixed(0).padStart(12)).join('');
  return [
    `answer of ${TOKENS} tokens, ${TOKEN_MS} ms each`.padEnd(34) +
      '   bytes  first, ms    last, ms     end, ms',
    line('a sealed chunk for each token', costs.bare),
    line('chunks of one size at a beat', costs.covered),
    `ratio of bytes ${(costs.covered.bytes / costs.bare.bytes).toFixed(2)}`,
  ].join('\n');
}

async function* script(): AsyncGenerator<TaskEvent> {
  for (let i = 0; i < TOKENS; i++) {
    await sleep(TOKEN_MS);
    yield { kind: 'text', text: TOKEN };
  }
}

async function askMachine(url: string): Promise<AnswerCost> {
  const meter = new Meter();
  const session = await connect({ url, ...MACHINE_TRUST, fetch: meter.fetch });
  meter.begin();
  const chat = { messages: ownMessages([{ sender: 'Anna', text: 'Lunch at 12 tomorrow?' }]) };
  for await (const { kind } of session.summarize(chat)) if (kind === 'text') meter.text();
  return meter.cost();
}

/** A server that seals every token alone, when it is there. */
async function startBare(): Promise<{ ask(): Promise<AnswerCost>; close(): Promise<void> }> {
  const { pair, config } = keyPair();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const opener = new ChunkedRequestOpener(pair, config, Buffer.concat(parts));
    opener.open();
    const sealer = opener.response();
    response.write(sealer.start);
    for await (const event of script()) if (event.kind === 'text') response.write(sealer.chunk(event.text));
    response.end(sealer.final(new Uint8Array(0)));
    opener.wipe();
    sealer.wipe();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async ask() {
      const meter = new Meter();
      const sealer = new ChunkedRequestSealer(config);
      const opener = sealer.response();
      const body = Buffer.concat([sealer.start, sealer.final(new Uint8Array(300))]);
      meter.begin();
      const response = await meter.fetch(url, { method: 'POST', body });
      for await (const bytes of response.body!) for (const _ of opener.push(bytes)) meter.text();
      opener.end();
      opener.wipe();
      return meter.cost();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Counts the bytes of answers, and looks at the clock. */
class Meter {
  #bytes = 0;
  #start = 0;
  #first = 0;
  #last = 0;

  begin(): void {
    this.#bytes = 0;
    this.#start = performance.now();
  }

  text(): void {
    this.#last = performance.now() - this.#start;
    this.#first ||= this.#last;
  }

  cost(): AnswerCost {
    return {
      bytes: this.#bytes,
      first: this.#first,
      last: this.#last,
      end: performance.now() - this.#start,
    };
  }

  readonly fetch: Fetch = async (url, init) => {
    const { body, status, headers } = await fetch(url, init);
    const counter = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform: (bytes, controller) => {
        this.#bytes += bytes.length;
        controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      },
    });
    return new Response(body!.pipeThrough(counter), { status, headers });
  };
}

function median(costs: readonly AnswerCost[]): AnswerCost {
  const of = (name: keyof AnswerCost) =>
    quantile(
      costs.map((cost) => cost[name]),
      0.5,
    );
  return { bytes: of('bytes'), first: of('first'), last: of('last'), end: of('end') };
}
