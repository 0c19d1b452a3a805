import { beforeAll, describe, expect, it } from 'vitest';
import { verifySession } from '../../../attestation/index.js';
import { failures, flipped } from '../fixture.js';
import { type CrlParts, crl, type Hierarchy, hierarchy, type VlekParts, vlekSession } from './hierarchy.js';

const failuresOf = async (parts: VlekParts) => failures(await verifySession(await vlekSession(parts)));
const HOUR = 3_600_000;

describe("AMD's revocation list", () => {
  let all: Hierarchy;
  beforeAll(async () => {
    all = await hierarchy();
  });

  it('passes a chain that it does not name', async () => {
    const session = await vlekSession({ collateral: await crl(), policy: { revocation: 'required' } });
    const verdict = await verifySession(session);
    expect(failures(verdict)).toEqual([]);
    expect(verdict.checks.find(({ name }) => name === 'revocation')?.detail).toContain(
      'no certificate is on the list',
    );
  });

  it('passes a chain when it names another authority than the one in use', async () => {
    expect(await failuresOf({ collateral: await crl({ revoked: [all.ask] }) })).toEqual([]);
  });

  it('refuses a chain whose ASVK or ARK it names, and then the report is not even read', async () => {
    for (const revoked of [all.asvk, all.ark]) {
      const session = await vlekSession({ collateral: await crl({ revoked: [all.ask, revoked] }) });
      const verdict = await verifySession(session);
      expect(failures(verdict)).toEqual(['revocation: snp-certificate-revoked']);
      expect(verdict.measurement).toBeUndefined();
    }
  });

  it.each<[string, string, () => CrlParts]>([
    ['of the future', 'snp-crl-not-yet-valid', () => ({ thisUpdate: new Date(Date.now() + HOUR) })],
    ['that is out of date', 'snp-crl-expired', () => ({ nextUpdate: new Date(Date.now() - HOUR) })],
    ['of another authority', 'snp-crl-mixed', () => ({ issuer: all.asvk })],
    ['of another key', 'snp-crl-bad-signature', () => ({ signingKey: all.asvk.keys.privateKey })],
  ])('%s is refused', async (_, code, parts) => {
    expect(await failuresOf({ collateral: await crl(parts()) })).toEqual([`revocation: ${code}`]);
  });

  it('is needed only where the policy asks for it', async () => {
    expect(await failuresOf({ policy: { revocation: 'required' } })).toEqual(['revocation: snp-crl-missing']);
    expect(await failuresOf({})).toEqual([]);
  });

  it('is refused with any byte of it flipped, by a code', async () => {
    const list = await crl({ revoked: [all.ask] });
    const session = await vlekSession({ collateral: list });
    expect(failures(await verifySession(session))).toEqual([]);
    for (let offset = 0; offset < list.length; offset += 13) {
      const collateral = flipped(list, offset, offset % 8);
      expect((await failuresOf({ collateral }))[0], `byte ${offset}`).toMatch(/^revocation: snp-crl-/);
    }
    expect(await failuresOf({ collateral: new Uint8Array(0) })).toEqual(['revocation: snp-crl-malformed']);
  }, 30_000);
});
