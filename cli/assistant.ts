/** Whoever is asked: a session with one server, or the private path that `sotto up` left. */
import { readFile } from 'node:fs/promises';
import {
  accountKey,
  directoryBy,
  directoryThroughRelay,
  GatewayKey,
  type MachineTrust,
  PrivateAi,
  readLedgerPolicy,
  type Session,
  TokenWallet,
  type Verdict,
} from '../client/index.js';
import { privateFetch, TokenFolder } from '../client/node/index.js';
import { unboundChallenge } from '../wire/index.js';
import { CliError } from './error.js';
import { type PathProfile, type Profile, readProfile } from './profile.js';
import { chooseTrust, openSession, type ServerValues, type Trust } from './server-choice.js';

/** Good for one request. */
export interface Assistant extends Pick<Session, 'summarize' | 'reply' | 'rewrite' | 'proofread'> {
  readonly verdict: Verdict;
}

/** A verified way to the chosen server. @throws ClientError, CliError, AttestationError */
export async function openAssistant(values: ServerValues, signal: AbortSignal): Promise<Assistant> {
  if (values.url !== undefined || values.direct) return openSession(values, signal);
  const { path, ledger: logged }: Profile = await readProfile(values.profile);
  if (!path) return openSession(values, signal);
  const trust = await chooseTrust(values);
  // Whatever else is named: who goes the way of a profile holds it to the profile's log.
  const own = trust.ledger || !logged ? trust : { ...trust, ledger: readLedgerPolicy(logged.policy) };
  return privateAssistant(path, own);
}

/** A client of the private path, and where it has its tokens from. */
export interface PrivateClient {
  readonly ai: PrivateAi;
  readonly tokens: TokenWallet;
}

/**
 * Its tokens are kept in a folder: the issuer is asked for a batch once in a while, and not
 * at each request.
 * @throws CliError `no-server`
 */
export async function privateClient(path: PathProfile, trust: MachineTrust): Promise<PrivateClient> {
  const { relay, keySources, issuer, account } = path;
  const seed = await readFile(account.keyFile).catch((cause: unknown) => {
    throw new CliError('no-server', 'The account that "sotto up" made is gone: start it again.', { cause });
  });
  const ask = privateFetch();
  const { ledger } = trust;
  const gatewayKey = new GatewayKey(
    ask,
    ledger ? { proof: new URL('/ohttp-keys/proof', relay).href, gateway: path.gateway, ledger } : keySources,
  );
  const tokens = new TokenWallet({
    issuerUrl: issuer.url,
    challenge: unboundChallenge(issuer.name, [path.gateway]),
    credential: accountKey(account.name, seed),
    routes: [directoryBy(ask, issuer.url), directoryThroughRelay(ask, relay, gatewayKey)],
    storage: new TokenFolder(account.tokenFolder),
    fetch: ask,
    ledger,
  });
  const ai = new PrivateAi({ fetch: ask, relay, gatewayKey, tokens, ...trust });
  return { ai, tokens };
}

async function privateAssistant(path: PathProfile, trust: Trust): Promise<Assistant> {
  const { ai } = await privateClient(path, trust);
  await ai.preconnect();
  const { verdict } = ai;
  // The command ends with its one answer: no further session is needed.
  ai.close();
  if (!verdict) throw new CliError('no-server', 'No session could be opened.');
  return {
    verdict,
    summarize: (chat, options) => ai.summarize(chat, options),
    reply: (chat, options) => ai.reply(chat, options),
    rewrite: (text, options) => ai.rewrite(text, options),
    proofread: (text, options) => ai.proofread(text, options),
  };
}
