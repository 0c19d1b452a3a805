/** The Rust crate ohttp as tests have it: a client that asks once, and a gateway. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildOhttpPeer, cargoIsPresent } from '../../bench/path/ohttp-crate.js';

/** Why it does not take part, or nothing. */
export const ohttpMissing = cargoIsPresent()
  ? undefined
  : 'NOT RUN: there is no Rust toolchain to build the crate ohttp with';

export interface CrateRequest {
  /** Where to post to. */
  readonly url: string;
  /** Where `application/ohttp-keys` are, or one key configuration. */
  readonly keys: string | Uint8Array;
  /** `unfinished` is chunked without a final chunk. */
  readonly form: 'whole' | 'chunked' | 'unfinished';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Uint8Array;
}

/** What the crate's client made of the answer. */
export interface CrateAnswer {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
  /** Reads that it took to have all of a chunked answer. */
  readonly pieces?: number;
  /** Of an answer outside the seal. */
  readonly refused?: { readonly status: number; readonly body: string };
  /** What the crate found wrong with the answer. */
  readonly error?: string;
}

/** Asks once. @throws Error when the program does */
export async function askWithCrate(request: CrateRequest): Promise<CrateAnswer> {
  const { url, keys, form, method, path, headers = {}, content } = request;
  const key = typeof keys === 'string' ? keys : Buffer.from(keys).toString('hex');
  const fields = Object.entries(headers).map(([name, value]) => `${name}=${value}`);
  const child = spawn(buildOhttpPeer(), ['ask', url, key, form, method, path, ...fields], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(content);
  const lines: [string, string][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const space = line.indexOf(' ');
    lines.push([line.slice(0, space), line.slice(space + 1)]);
  }
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`the crate's client ended with ${child.exitCode}`);
  return answerOf(lines);
}

function answerOf(lines: readonly (readonly [string, string])[]): CrateAnswer {
  const said = new Map(lines);
  const number = (name: string) => (said.has(name) ? { [name]: Number(said.get(name)) } : {});
  const refused = said.get('refused')?.split(' ');
  const headers = lines.filter(([name]) => name === 'header').map(([, text]) => text);
  return {
    ...number('status'),
    ...number('pieces'),
    headers: Object.fromEntries(headers.map((text) => text.split(/=(.*)/s).slice(0, 2))),
    content: new Uint8Array(Buffer.from(said.get('content') ?? '', 'hex')),
    ...(refused
      ? { refused: { status: Number(refused[0]), body: Buffer.from(refused[1] ?? '', 'hex').toString() } }
      : {}),
    ...(said.has('error') ? { error: said.get('error')! } : {}),
  };
}

/** The crate's gateway, in a process. */
export class CrateGateway {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(): Promise<CrateGateway> {
    const child = spawn(buildOhttpPeer(), ['serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return new CrateGateway(url, child);
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
