/** Relay, gateway and machine as processes of their own, so that each one's use of processor and memory is its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { GatewayConfig, RelayConfig } from '../../edge/index.js';
import type { PartyUsage } from '../peers/path-party.js';
import { GATEWAY_NAME, LocalIssuer } from './local-issuer.js';

const SCRIPT = resolve('dist/bench/peers/path-party.js');
const LISTEN = { host: '127.0.0.1', port: 0 };

export type PartyKind = 'relay' | 'gateway' | 'machine' | 'blind-machine' | 'reverse-proxy';

export class PartyProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, url: string) {
    this.#child = child;
    this.#lines = lines;
    this.url = url;
  }

  /** Starts it and waits until it listens. @throws Error when it ends */
  static async start(kind: PartyKind, config: object = {}): Promise<PartyProcess> {
    const child = spawn(process.execPath, ['--expose-gc', SCRIPT, kind, JSON.stringify(config)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done) throw new Error(`the ${kind} ended`);
    return new PartyProcess(child, lines, value);
  }

  /** What the process has used up so far. */
  async usage(): Promise<PartyUsage> {
    this.#child.stdin!.write('usage\n');
    return JSON.parse((await this.#lines.next()).value as string);
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async stop(): Promise<void> {
    this.#child.stdin!.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

/** A whole path to one machine. */
export interface Path {
  readonly relay: PartyProcess;
  readonly gateway: PartyProcess;
  readonly issuer: LocalIssuer;
  stop(): Promise<void>;
}

/** Starts relay, gateway and issuer in front of a machine. */
export async function startPath(machine: string): Promise<Path> {
  const issuer = await LocalIssuer.start();
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  const gatewayConfig: GatewayConfig = {
    listen: LISTEN,
    machines: [machine],
    issuer: { name: new URL(issuer.url).host, url: issuer.url },
    name: GATEWAY_NAME,
    spent: { kind: 'sqlite', file: join(folder, 'spent.db') },
    keys: { file: join(folder, 'secret'), epochSeconds: 86_400, overlapSeconds: 3_600 },
  };
  const gateway = await PartyProcess.start('gateway', gatewayConfig);
  const relayConfig: RelayConfig = {
    listen: LISTEN,
    gateway: gateway.url,
    rate: { burst: 100_000, perSecond: 100_000 },
    keySeconds: 3600,
  };
  const relay = await PartyProcess.start('relay', relayConfig);
  return {
    relay,
    gateway,
    issuer,
    async stop() {
      await relay.stop();
      await gateway.stop();
      await issuer.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
