/** A server process over slow firmware, and clients that open sessions with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { SessionVerification } from '../../attestation/index.js';
import {
  decodeSessionAnswer,
  encodeSessionOpen,
  type KemId,
  SESSION_TYPE,
  type SessionAnswer,
} from '../../wire/index.js';
import type { Usage } from '../peers/firmware-server.js';
import type { FirmwareOptions } from './firmware.js';

/** As it was compiled; tests run this file itself. */
const SCRIPT = resolve('dist/bench/peers/firmware-server.js');

/** A session that was opened: what a client has to verify, and how long it waited, in milliseconds. */
export interface Opened {
  readonly nonce: Uint8Array;
  readonly answer: SessionAnswer;
  readonly ms: number;
}

export interface ServerOptions extends FirmwareOptions {
  readonly packDir: string;
  /** Sessions that may be open at a time. */
  readonly sessions: number;
}

export class FirmwareServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #measurement: Uint8Array;

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    url: string,
    measurement: Uint8Array,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.url = url;
    this.#measurement = measurement;
  }

  /** Starts it and waits until a first report has been made. @throws Error when it ends */
  static async start({ measurement, sessions, ...options }: ServerOptions): Promise<FirmwareServer> {
    const configuration = {
      ...options,
      measurement: Buffer.from(measurement).toString('hex'),
      limits: { sessions, connections: 4096 },
    };
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify(configuration)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done) throw new Error('the server ended');
    while ((await fetch(`${value}/readyz`)).status !== 200) await new Promise((wait) => setTimeout(wait, 20));
    return new FirmwareServer(child, lines, value, measurement);
  }

  /** What the process has used up so far. */
  async usage(): Promise<Usage> {
    this.#child.stdin!.write('usage\n');
    return JSON.parse((await this.#lines.next()).value as string);
  }

  /** Opens sessions, `atOnce` of them at a time, each with a connection and a nonce of its own. */
  async open(kem: KemId, count: number, atOnce: number): Promise<Opened[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    const opened: Opened[] = [];
    let left = count;
    const client = async (): Promise<void> => {
      while (left-- > 0) opened.push(await this.#open(kem, agent));
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    agent.destroy();
    return opened;
  }

  async #open(kem: KemId, agent: Agent): Promise<Opened> {
    const nonce = new Uint8Array(randomBytes(32));
    const start = performance.now();
    const body = await post(`${this.url}/v1/sessions`, agent, encodeSessionOpen({ nonce, kems: [kem] }));
    const ms = performance.now() - start;
    return { nonce, answer: decodeSessionAnswer(body), ms };
  }

  /** What the client of that session has to verify. */
  verification({ nonce, answer }: Opened): SessionVerification {
    return {
      answer,
      nonce,
      roots: { simulated: 'sotto-simulated' },
      policy: { measurements: [this.#measurement] },
      now: new Date(),
    };
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

function post(url: string, agent: Agent, body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': SESSION_TYPE, 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        if (answer.statusCode === 200) resolve(new Uint8Array(whole));
        else reject(new Error(`HTTP ${answer.statusCode}: ${whole.toString()}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
