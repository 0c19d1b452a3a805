/** How fast tokens are made and verified: on the client, at the issuer, at the gateway. One core each. */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Blinder } from '../../client/wallet/blind.js';
import { Quota } from '../../edge/issuer/quota.js';
import { blindSign, signingKeyOf } from '../../edge/issuer/sign.js';
import { TokenVerifier } from '../../edge/token/index.js';
import { challengeDigest, unboundChallenge } from '../../wire/index.js';

/** All a second. */
export interface TokenSpeeds {
  /** Made ready by a client: blinded, and unblinded and checked afterwards. */
  readonly client: number;
  /** Signed by an issuer. */
  readonly signing: number;
  /** Requests counted by an issuer, each on the disk before it is answered. */
  readonly counting: number;
  /** Verified by a gateway. */
  readonly verifying: number;
}

/** What a gateway has to verify on one core, a second. */
export const VERIFYING_GOAL = 5000;

const CHALLENGE = unboundChallenge('issuer.example', ['gateway.example']);
const TOKENS = 8;
/** Requests that are counted at once: they share a write to the disk. */
const AT_ONCE = 16;

/** @param seconds to spend on each of them */
export async function measureTokens(seconds = 1): Promise<TokenSpeeds> {
  const signer = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  const digest = challengeDigest(CHALLENGE);
  const blinder = await Blinder.for(signer.key);
  const tokens: Uint8Array[] = [];
  const client = await perSecond(seconds, async () => {
    const pending = await blinder.begin(digest);
    tokens.push(await pending.finish(blindSign(signer, pending.blindedMessage)));
  });
  const { blindedMessage } = await blinder.begin(digest);
  const signing = await perSecond(seconds, () => blindSign(signer, blindedMessage));
  const verifier = new TokenVerifier({ challenge: CHALLENGE, keys: [{ key: signer.key }] });
  const few = tokens.slice(0, TOKENS);
  let next = 0;
  const verifying = await perSecond(seconds, () => verifier.verify(few[next++ % few.length]!));
  return { client, signing, verifying, counting: await counting(seconds) };
}

async function counting(seconds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  const quota = new Quota(join(folder, 'quota.sqlite'), 1_000_000, 86_400);
  const account = createHash('sha256').update('bench').digest();
  try {
    const claim = () => {
      const once = { id: randomBytes(32), expires: 1 };
      return quota.claim({ account, epoch: 1, tokens: 1, once, epochEndsIn: 1 });
    };
    return AT_ONCE * (await perSecond(seconds, () => Promise.all(Array.from({ length: AT_ONCE }, claim))));
  } finally {
    quota.close();
    rmSync(folder, { recursive: true });
  }
}

async function perSecond(seconds: number, work: () => unknown): Promise<number> {
  const started = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < seconds * 1000) {
    const result = work();
    if (result instanceof Promise) await result;
    count++;
    elapsed = performance.now() - started;
  }
  return (count / elapsed) * 1000;
}

/** The table that `npm run bench` prints. */
export function tokensTable(speeds: TokenSpeeds): string {
  const line = (name: string, value: number) => `${name.padEnd(44)}${value.toFixed(0).padStart(8)}`;
  return [
    line('client: tokens made, blinding to check', speeds.client),
    line('issuer: blind signatures', speeds.signing),
    line(`issuer: requests counted, ${AT_ONCE} at once`, speeds.counting),
    line('gateway: tokens verified', speeds.verifying),
    `the goal of ${VERIFYING_GOAL} verifications is ${speeds.verifying >= VERIFYING_GOAL ? 'met' : 'NOT met'}`,
  ].join('\n');
}
