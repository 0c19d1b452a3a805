import { describe, expect, it } from 'vitest';
import { checkTdxPolicy, type TdxPolicy, verifyTdxQuote } from '../../../attestation/tdx/index.js';
import { failures, flipped } from './results.js';
import { bundle } from './vectors.js';

const NOW = new Date('2025-06-20T00:00:00Z');
const LATER = new Date('2026-02-20T00:00:00Z');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a real machine that is up to date', () => {
  it('verifies, every check, with the collateral of its time', async () => {
    const verdict = await verifyTdxQuote(bundle('v4-uptodate', NOW));
    expect(failures(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, quote: { version: 4, body: 'td10', xfam: 0x602e7n } });
    expect(verdict.platform?.tcb).toMatchObject({ status: 'UpToDate', advisories: [], evaluationNumber: 17 });
    expect(hex(verdict.platform!.fmspc)).toBe('b0c06f000000');
  });

  it('is accepted by a policy of its own values, and only for as long as the policy lets collateral age', async () => {
    const verdict = await verifyTdxQuote(bundle('v4-uptodate', NOW));
    const { mrTd, mrSeam, rtmrs, xfam, mrConfigId, mrOwner, mrOwnerConfig } = verdict.quote!;
    const [rtmr0, rtmr1, rtmr2, rtmr3] = rtmrs;
    const policy: TdxPolicy = {
      measurements: [{ mrTd, rtmrs: [[rtmr0], [rtmr1], [rtmr2], [rtmr3]] }],
      mrSeam: [mrSeam],
      pks: false,
      keyLocker: false,
      xfam,
      mrConfigId: [mrConfigId],
      mrOwner: [mrOwner],
      mrOwnerConfig: [mrOwnerConfig],
      tcb: { hardenedAgainst: [], minimumEvaluation: 17, maximumCollateralAge: 86_400 },
      eventLog: 'if-present',
    };
    expect(failures({ checks: await checkTdxPolicy(verdict, policy, NOW) })).toEqual([]);
    const days = { ...policy, tcb: { ...policy.tcb, maximumCollateralAge: 3_600 } };
    expect(failures({ checks: await checkTdxPolicy(verdict, days, NOW) })).toEqual([
      'minimum-tcb: policy-collateral-age',
    ]);
  });

  it('is refused with a single bit of its collateral changed, and a month later', async () => {
    const input = bundle('v4-uptodate', NOW);
    for (let offset = 0; offset < input.collateral!.length; offset += 29) {
      const verdict = await verifyTdxQuote({
        ...input,
        collateral: flipped(input.collateral!, offset, offset % 8),
      });
      expect(failures(verdict)[0], `byte ${offset}`).toMatch(/^(collateral|revocation): tdx-/);
    }
    const late = await verifyTdxQuote({ ...input, now: new Date('2025-07-20T00:00:00Z') });
    expect(failures(late)).toEqual(['collateral: tdx-collateral-expired']);
  }, 30_000);

  it('is refused with the collateral of another machine', async () => {
    const { collateral } = bundle('v5-outdated', LATER);
    const verdict = await verifyTdxQuote({ ...bundle('v4-uptodate', LATER), collateral });
    expect(failures(verdict)).toEqual(['collateral: tdx-fmspc-mismatch']);
  });
});

describe('a real TD 1.5 in a quote of version 5, its TDX module updated while it ran', () => {
  it('verifies in all but its patch level, which is below every level of the list', async () => {
    const verdict = await verifyTdxQuote(bundle('v5-outdated', LATER));
    expect(failures(verdict)).toEqual(['tcb: tdx-tcb-unknown']);
    expect(verdict.quote).toMatchObject({ version: 5, body: 'td15', xfam: 0x618e7n });
    expect(hex(verdict.quote!.teeTcbSvn)).toMatch(/^070103/);
    expect(hex(verdict.quote!.td15!.teeTcbSvn2)).toMatch(/^0d0103/);
    expect(hex(verdict.quote!.td15!.mrServiceTd)).toBe('00'.repeat(48));
  });
});
