import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../../../edge/issuer/key-ring.js';
import { TokenVerifier } from '../../../edge/token/index.js';
import { issuingKey, truncatedKeyId } from '../../../wire/index.js';
import { askByHand, CHALLENGE, EPOCH, OVERLAP, problem, TestIssuer } from './fixture.js';

let issuer: TestIssuer;
afterEach(() => issuer.end());
const started = async (change = {}) => {
  issuer = await new TestIssuer(change).start();
  return issuer;
};
const stateFiles = () => readdirSync(issuer.config.stateFolder);

/** The same state, seen by another process. */
const ring = () =>
  KeyRing.open({ ...issuer.config, folder: issuer.config.stateFolder, now: issuer.now, on: () => undefined });

describe('token keys', () => {
  it('are listed with their times, the next epoch’s first', async () => {
    const keys = await (await started()).keys();
    expect(keys.map(({ notBefore, notAfter }) => [notBefore, notAfter])).toEqual([
      [21 * EPOCH, 22 * EPOCH + OVERLAP],
      [20 * EPOCH, 21 * EPOCH + OVERLAP],
    ]);
  });

  it('are nobody else’s to read', async () => {
    await started();
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(issuer.config.stateFolder)).toBe('700');
    const files = stateFiles().map((name) => join(issuer.config.stateFolder, name));
    expect(files.filter((file) => file.endsWith('.p8'))).toHaveLength(2);
    expect(files.map(mode).filter((found) => found !== '600')).toEqual([]);
  });

  it('stay the same over a restart', async () => {
    const before = await (await started()).keys();
    await issuer.stop();
    await issuer.start();
    expect(await issuer.keys()).toEqual(before);
  });

  it('are the same to processes that start at once', async () => {
    await started();
    issuer.time += 5 * EPOCH;
    const rings = await Promise.all(Array.from({ length: 4 }, ring));
    const ids = rings.map((one) => one.listed().map(({ key }) => Buffer.from(key.id).toString('hex')));
    expect(new Set(ids.map((listed) => listed.join())).size).toBe(1);
    expect(ids[0]).toHaveLength(2);
  });

  it('can be told apart by their last byte', async () => {
    await started();
    const one = await ring();
    for (let i = 0; i < 3; i++) {
      issuer.time += EPOCH;
      await one.turn();
      const last = one.listed().map(({ key }) => truncatedKeyId(key.id));
      expect(new Set(last).size).toBe(last.length);
    }
  });

  it('follow each other without a gap, and go when nobody accepts their tokens', async () => {
    await started();
    const one = await ring();
    const [next] = one.listed();
    issuer.time = 21 * EPOCH;
    // The time has come, and nothing had to happen for it.
    expect(one.current().key).toEqual(next!.key);
    await one.turn();
    expect(one.listed().map(({ notBefore }) => notBefore)).toEqual([22 * EPOCH, 21 * EPOCH, 20 * EPOCH]);
    expect(issuingKey(one.listed(), issuer.time)!.key).toEqual(next!.key);
    issuer.time = 21 * EPOCH + OVERLAP;
    await one.turn();
    expect(one.listed().map(({ notBefore }) => notBefore)).toEqual([22 * EPOCH, 21 * EPOCH]);
    expect(stateFiles().filter((name) => name.endsWith('.p8'))).toEqual([
      'token-key-21.p8',
      'token-key-22.p8',
    ]);
  });
});

describe('a token', () => {
  it('of the last epoch is good until the overlap ends, then refused', async () => {
    const wallet = (await started()).wallet();
    await wallet.refill();
    const token = await wallet.take();
    const keys = await issuer.keys();
    const verifier = new TokenVerifier({ challenge: CHALLENGE, keys, now: issuer.now });
    issuer.time = 21 * EPOCH + OVERLAP - 1;
    expect(verifier.verify(token).expires).toBe(21 * EPOCH + OVERLAP);
    issuer.time += 1;
    expect(() => verifier.verify(token)).toThrow(expect.objectContaining({ code: 'token-expired' }));
  });
});

describe('quotas', () => {
  it('are per account and epoch, and say when to come back', async () => {
    await started();
    for (const tokens of [5, 3]) expect((await askByHand(issuer, { tokens })).status).toBe(200);
    const response = await askByHand(issuer);
    expect(response.headers.get('retry-after')).toBe(String(EPOCH / 2));
    expect(await problem(response)).toEqual({ status: 429, code: 'quota-exhausted' });
    expect((await askByHand(issuer, { account: 'ben' })).status).toBe(200);
    await issuer.stop();
    issuer.time += EPOCH;
    await issuer.start();
    expect((await askByHand(issuer, { tokens: 8 })).status).toBe(200);
  });

  it('do not give a part of what was asked for', async () => {
    await started();
    expect((await askByHand(issuer, { tokens: 7 })).status).toBe(200);
    expect((await askByHand(issuer, { tokens: 2 })).status).toBe(429);
    expect((await askByHand(issuer, { tokens: 1 })).status).toBe(200);
  });

  it('smaller than a request are never exceeded by the first one', async () => {
    await started({ quotaPerEpoch: 3 });
    expect((await askByHand(issuer, { tokens: 4 })).status).toBe(429);
  });

  it('survive a restart', async () => {
    await started();
    await askByHand(issuer, { tokens: 8 });
    await issuer.stop();
    await issuer.start();
    expect((await askByHand(issuer)).status).toBe(429);
  });

  it('hold when everybody comes at once', async () => {
    await started();
    const responses = await Promise.all(Array.from({ length: 24 }, () => askByHand(issuer)));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(8);
  });

  it('are not touched by a request that was refused', async () => {
    await started();
    for (let i = 0; i < 3; i++) await askByHand(issuer, { tokens: 8, seed: new Uint8Array(32) });
    expect((await askByHand(issuer, { tokens: 8 })).status).toBe(200);
  });
});

describe('a state folder', () => {
  it('keeps its length of epochs', async () => {
    await started();
    await issuer.stop();
    const other = new TestIssuer({ stateFolder: issuer.config.stateFolder, epochSeconds: 2 * EPOCH });
    await expect(other.start()).rejects.toMatchObject({ code: 'state-other-epochs' });
    await other.end();
  });

  it.each([
    ['token-key-20.p8', 'state-unusable'],
    ['quota.sqlite', 'store-unusable'],
  ])('with a broken %s is refused: %s', async (name, code) => {
    await started();
    await issuer.stop();
    writeFileSync(join(issuer.config.stateFolder, name), 'x'.repeat(4096));
    await expect(issuer.start()).rejects.toMatchObject({ code });
  });

  it('that cannot be one is refused', async () => {
    await started();
    const other = new TestIssuer({ stateFolder: '/dev/null/state' });
    await expect(other.start()).rejects.toMatchObject({ code: 'state-unusable' });
    await other.end();
  });
});
