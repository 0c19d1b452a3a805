/** All parties on one machine, each with what it is trusted with and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { accountPublicKey } from '../../client/wallet/index.js';
import { edgeLog, type Observe, type RunningParty, startGateway, startRelay } from '../../edge/index.js';
import { addAccount, type IssuerConfig, startIssuer } from '../../edge/issuer/index.js';
import { CliError } from '../error.js';
import { type PathProfile, type Profile, readProfile } from '../profile.js';
import type { Kept } from './kept.js';
import { type LocalLedger, publishSimulation, startLocalLedger } from './ledger.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LOCAL = { host: '127.0.0.1', port: 0 } as const;
const ISSUER_NAME = 'issuer.localhost';
const GATEWAY_NAME = 'gateway.localhost';
const ACCOUNT = 'you';
const DAY_S = 86_400;
const KEY_SECONDS = 300;

export interface World {
  readonly issuer: RunningParty;
  readonly relay: RunningParty;
  readonly gateway: RunningParty;
  readonly ledger: RunningParty;
  /** URLs of the simulated confidential VMs. */
  readonly machines: readonly string[];
  /** What clients have to know of the machines, and of the way to them. */
  readonly profile: Profile;
  readonly path: PathProfile;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** For keys and state; made anew. */
  readonly folder: string;
  readonly packDir: string;
  readonly machines: number;
  readonly log: boolean;
  readonly observe: Observe;
  /** Lets an app's users in, too: with tokens that it signs for them. */
  readonly appTokens?: AppTokens;
}

/** Whose app tokens the issuer takes. */
export interface AppTokens {
  /** The app's public keys, a JSON Web Key set. */
  readonly keySetFile: string;
  readonly issuer: string;
}

/** @throws CliError `up-failed`, EdgeError, IssuerError */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { folder, observe } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'issuer'), { recursive: true });
  await chmod(folder, 0o700);
  const running: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const party of running.splice(0).reverse()) await party.close();
  };
  const kept: Kept = (party) => {
    running.push(party);
    return party;
  };
  try {
    const log = options.log ? edgeLog() : () => undefined;
    const ledger = await startLocalLedger(join(folder, 'ledger'), log, kept);
    const machines: Profile[] = [];
    for (let i = 0; i < options.machines; i++) {
      const machine = kept(await startMachine(join(folder, `machine-${i}.json`), options.packDir, ledger));
      machines.push(machine.profile);
    }
    await publishSimulation(ledger, machines);
    const keyFile = await makeAccount(folder);
    // Issuer and gateway have to know each other's address before they start.
    const gatewayPort = await freePort();
    const gatewayUrl = `http://${LOCAL.host}:${gatewayPort}`;
    const issuer = kept(
      await startIssuer({
        config: { ...issuerConfig(folder, gatewayUrl, options.appTokens), ledger: ledger.issuer },
        log,
        observe,
      }),
    );
    const urls = machines.map(({ url }) => url);
    const config = { ...gatewayConfig(folder, gatewayPort, urls, issuer.url), ledger: ledger.gateway };
    const gateway = kept(await startGateway({ config, log, observe }));
    const rate = { burst: 1000, perSecond: 100 };
    const relay = kept(
      await startRelay({
        config: { listen: LOCAL, gateway: gateway.url, rate, keySeconds: KEY_SECONDS },
        log,
        observe,
      }),
    );
    const path: PathProfile = {
      relay: `${relay.url}/`,
      keySources: [`${relay.url}/ohttp-keys`, `${issuer.url}/ohttp-keys`],
      issuer: { url: issuer.url, name: ISSUER_NAME },
      gateway: GATEWAY_NAME,
      account: { name: ACCOUNT, keyFile, tokenFolder: join(folder, 'tokens') },
    };
    const profile = { ...machines[0]!, ledger: ledger.profile, path };
    return { issuer, relay, gateway, ledger: ledger.log, machines: urls, profile, path, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const issuerConfig = (folder: string, gateway: string, app: AppTokens | undefined): IssuerConfig => ({
  listen: LOCAL,
  issuerName: ISSUER_NAME,
  stateFolder: join(folder, 'issuer'),
  epochSeconds: DAY_S,
  overlapSeconds: 7_200,
  quotaPerEpoch: 10_000,
  tokensPerRequest: 16,
  accountKeys: { file: join(folder, 'accounts.json'), clockSkewSeconds: 60 },
  gatewayKeys: { gateway, keySeconds: KEY_SECONDS },
  ...(app
    ? {
        appTokens: {
          issuer: app.issuer,
          audience: ISSUER_NAME,
          algorithms: ['ES256'],
          keySet: { file: app.keySetFile },
          clockSkewSeconds: 30,
        },
      }
    : {}),
});

const gatewayConfig = (folder: string, port: number, machines: readonly string[], issuerUrl: string) => ({
  listen: { ...LOCAL, port },
  name: GATEWAY_NAME,
  machines,
  issuer: { name: ISSUER_NAME, url: issuerUrl },
  spent: { kind: 'sqlite', file: join(folder, 'spent.db') } as const,
  keys: { file: join(folder, 'gateway-secret'), epochSeconds: DAY_S, overlapSeconds: 3_600 },
});

async function freePort(): Promise<number> {
  const server = createServer().listen(LOCAL);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An account of this machine's user. @returns the file with its key */
async function makeAccount(folder: string): Promise<string> {
  const seed = randomBytes(32);
  const keyFile = join(folder, 'account.key');
  await writeFile(keyFile, seed, { mode: 0o600 });
  await addAccount(join(folder, 'accounts.json'), ACCOUNT, accountPublicKey(seed));
  seed.fill(0);
  return keyFile;
}

interface Machine {
  readonly profile: Profile;
  close(): Promise<void>;
}

async function startMachine(profileFile: string, packDir: string, ledger: LocalLedger): Promise<Machine> {
  const own = ['--port', '0', '--threads', '1', '--model', packDir, '--profile', profileFile];
  const args = [MAIN, 'serve', ...own, '--ledger', ledger.log.url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const line = once(createInterface({ input: child.stdout }), 'line');
  const ended = once(child, 'exit').then(() => {
    throw new CliError('up-failed', `A machine did not start. ${said.trim().split('\n').at(-1) ?? ''}`);
  });
  await Promise.race([line, ended]);
  ended.catch(() => undefined);
  return { profile: await readProfile(profileFile), close: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
