import { describe, expect, it } from 'vitest';
import { verifySession } from '../../../attestation/index.js';
import { parseEventLog, replayEventLog } from '../../../attestation/tdx/index.js';
import { writeLog } from './machine/eventlog.js';
import { POLICY } from './machine/policy.js';
import { QUOTE_FIELDS } from './machine/quote.js';
import { type SessionParts, tdxSession } from './machine/session.js';
import { failures, flipped } from './results.js';

const NAMES = [
  'certificate',
  'evidence',
  'chain',
  'collateral',
  'revocation',
  'quoting-enclave',
  'signature',
  'tcb',
  'debug',
  'td-attributes',
  'xfam',
  'seam',
  'minimum-tcb',
  'measurement',
  'configuration',
  'event-log',
  'binding',
  'freshness',
];
const verdictOn = async (parts: SessionParts = {}) => verifySession(await tdxSession(parts));

const LOG = writeLog([
  { register: 1, type: 0x8000_0001, data: new Uint8Array(32) },
  { register: 2, type: 4, data: new Uint8Array(4) },
  { register: 3, type: 0x0d, data: new TextEncoder().encode('console=ttyS0') },
]);
const RTMRS = replayEventLog(parseEventLog(LOG));
const policy = {
  measurements: [],
  tdx: {
    ...POLICY,
    eventLog: 'required',
    measurements: [{ mrTd: QUOTE_FIELDS.mrTd, rtmrs: [[RTMRS[0]], [RTMRS[1]], [RTMRS[2]], [RTMRS[3]]] }],
  },
} as const;
/** A session whose machine booted as LOG says. */
const booted = (parts: SessionParts = {}): SessionParts => ({
  fields: { rtmrs: RTMRS },
  evidence: (evidence) => ({ ...evidence, eventLog: LOG }),
  ...parts,
  verification: { policy, ...parts.verification },
});

describe('a session on a TDX machine', () => {
  it.each(['td10', 'td15'] as const)('of %s verifies, every check in order', async (body) => {
    const verdict = await verdictOn({ fields: { version: 5, body } });
    expect(verdict.checks.map(({ name }) => name)).toEqual(NAMES);
    expect(failures(verdict)).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      platform: 'tdx',
      measurement: QUOTE_FIELDS.mrTd,
      rtmrs: QUOTE_FIELDS.rtmrs,
      tcb: { status: 'UpToDate', advisories: [] },
    });
  });

  it("under a root that is not Intel's says that it proves nothing", async () => {
    expect(await verdictOn()).toMatchObject({ simulated: true });
    const verdict = await verdictOn({ verification: { roots: {} } });
    expect(failures(verdict)).toEqual(['chain: tdx-unknown-root']);
    expect(verdict).toMatchObject({ ok: false, simulated: false });
    expect(verdict.measurement).toBeUndefined();
  });

  it('tells how its machine booted', async () => {
    const verdict = await verdictOn(booted());
    expect(failures(verdict)).toEqual([]);
    expect(verdict.bootEvents?.map(({ rtmr, type }) => [rtmr, type])).toEqual([
      [0, 'EV_EFI_VARIABLE_DRIVER_CONFIG'],
      [1, 'EV_SEPARATOR'],
      [2, 'EV_IPL'],
    ]);
    expect(verdict.bootEvents?.[2]).toMatchObject({ description: 'console=ttyS0', proven: true });
  });
});

describe('a session on a TDX machine is refused', () => {
  it.each<[string, string[], SessionParts]>([
    [
      'when the policy says nothing of TDX',
      ['evidence: policy-platform'],
      { verification: { policy: { measurements: [QUOTE_FIELDS.mrTd] } } },
    ],
    [
      'without collateral',
      ['collateral: tdx-collateral-missing'],
      { evidence: ({ collateral: _, ...e }) => e },
    ],
    [
      'with an SNP report',
      ['evidence: tdx-quote-version'],
      { evidence: (e) => ({ ...e, outblob: new Uint8Array(1184) }) },
    ],
    [
      'that is called an SNP report',
      ['evidence: policy-platform'],
      { evidence: (e) => ({ ...e, provider: 'sev_guest' }) },
    ],
    ['with another MRTD', ['measurement: policy-measurement'], { fields: { mrTd: new Uint8Array(48) } }],
    [
      'whose quote is over another root',
      ['binding: binding-report-data'],
      { fields: { reportData: new Uint8Array(64) } },
    ],
    ['made for another nonce', ['freshness: binding-stale'], { verification: { nonce: new Uint8Array(32) } }],
    [
      'without the event log that is asked for',
      ['event-log: eventlog-missing'],
      booted({ evidence: (e) => e }),
    ],
    [
      'with the event log of another boot',
      ['event-log: eventlog-mismatch'],
      booted({ evidence: (e) => ({ ...e, eventLog: writeLog([]) }) }),
    ],
    [
      'with an event log that is none',
      ['event-log: eventlog-malformed'],
      booted({ evidence: (e) => ({ ...e, eventLog: new Uint8Array(9) }) }),
    ],
    [
      'with an event log that does not replay, though none was asked for',
      ['event-log: eventlog-mismatch'],
      { evidence: (e) => ({ ...e, eventLog: LOG }) },
    ],
    [
      'whose quote was changed, and nothing of it is shown',
      ['signature: tdx-bad-signature'],
      { evidence: (e) => ({ ...e, outblob: flipped(e.outblob, 200) }) },
    ],
  ])('%s', async (_, expected, parts) => {
    const verdict = await verdictOn(parts);
    expect(failures(verdict)).toEqual(expected);
    expect(verdict.ok).toBe(false);
  });

  it('and says nothing of a machine whose signature was not verified', async () => {
    const verdict = await verdictOn({ evidence: (e) => ({ ...e, outblob: flipped(e.outblob, 200) }) });
    expect(verdict).not.toHaveProperty('measurement');
    expect(verdict).not.toHaveProperty('rtmrs');
    expect(verdict).not.toHaveProperty('tcb');
  });

  it("with a policy of TDX that accepts nothing: the caller's own mistake", async () => {
    const none = { measurements: [], tdx: { ...POLICY, measurements: [] } };
    await expect(verdictOn({ verification: { policy: none } })).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });
});
