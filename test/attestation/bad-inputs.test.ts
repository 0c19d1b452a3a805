/** One of each kind of bad input, at the level of a session: the table of docs/attestation.md, row by row. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type SessionVerification, type Verdict, verifySession } from '../../attestation/index.js';
import { parseRatlsCertificate } from '../../attestation/ratls/certificate.js';
import { createRatlsIdentity, type RatlsIdentity } from '../../attestation/ratls/index.js';
import { readCertificateTable, writeCertificateTable } from '../../attestation/snp/abi/index.js';
import { simulatedPlatform } from '../../attestation/tsm/simulated-platform.js';
import { verifyEvidence } from '../../client/index.js';
import { encodeSessionAnswer, KEM_X25519, type SessionAnswer } from '../../wire/index.js';
import { CHIPS, flipped, MEASUREMENT, pemVector, session } from './fixture.js';
import { crl, hierarchy, vlekExtensions, vlekSession } from './snp/hierarchy.js';
import { standardPki } from './tdx/machine/index.js';
import { makeCrl, makePki, NOW } from './tdx/machine/pki.js';
import { POLICY } from './tdx/machine/policy.js';
import { type SessionParts, tdxSession } from './tdx/machine/session.js';

const DAY = 86_400_000;
const at = (from: Date, days: number) => new Date(from.getTime() + days * DAY);
type Make = () => Promise<SessionVerification>;

const withTrailing = (bytes: Uint8Array) => Uint8Array.from([...bytes, 0]);
const tdxPolicy = (changes: object): SessionParts => ({
  verification: { policy: { measurements: [], tdx: { ...POLICY, ...changes } } },
});

/** The same evidence in a certificate that another key made: what somebody can do who saw it. */
async function stolen(found: SessionVerification, identity: RatlsIdentity): Promise<SessionVerification> {
  const { evidence, root } = parseRatlsCertificate(found.answer.certificate);
  return { ...found, answer: { ...found.answer, certificate: await identity.certificate(evidence, root) } };
}

const ROWS: readonly (readonly [input: string, code: string, make: Make])[] = [
  [
    'an SNP report labelled TDX',
    'tdx-quote-version',
    () =>
      session({
        evidence: (e) => ({ ...e, provider: 'tdx_guest' }),
        verification: { policy: { measurements: [MEASUREMENT], tdx: POLICY } },
      }),
  ],
  [
    'a TDX quote labelled SNP',
    'snp-report-size',
    () =>
      tdxSession({
        evidence: (e) => ({ ...e, provider: 'sev_guest' }),
        verification: { policy: { measurements: [MEASUREMENT], tdx: POLICY } },
      }),
  ],
  [
    'a vendor that the policy does not mention',
    'policy-platform',
    () => session({ verification: { policy: { measurements: [], tdx: POLICY } } }),
  ],
  [
    "AMD's real ASK over a simulated VCEK",
    'snp-chain-mixed',
    () =>
      session({
        evidence: (e) => {
          const { vcek, ark } = readCertificateTable(e.auxblob!);
          return {
            ...e,
            auxblob: writeCertificateTable({
              vcek: vcek!,
              ark: ark!,
              ask: pemVector('ask_ark_milan.pem')[0]!,
            }),
          };
        },
      }),
  ],
  [
    'a PCK under the certificate that signs collateral',
    'tdx-chain-mixed',
    async () => {
      const pki = await makePki({ authority: { name: 'Intel SGX TCB Signing' } });
      return tdxSession({ pki });
    },
  ],
  [
    'an SNP chain that has expired',
    'snp-chain-expired',
    async () => {
      const now = at(new Date(), 8 * 365);
      return later(await session(), now);
    },
  ],
  [
    'a TDX chain that has expired',
    'tdx-chain-expired',
    async () => tdxSession({ pki: await makePki({ pck: { notAfter: at(NOW, -1) } }) }),
  ],
  [
    'a revoked ASVK',
    'snp-certificate-revoked',
    async () => vlekSession({ collateral: await crl({ revoked: [(await hierarchy()).asvk] }) }),
  ],
  [
    'a revoked PCK',
    'tdx-certificate-revoked',
    async () => {
      const { authority, pck } = await standardPki();
      return tdxSession({ collateral: { pckCrl: await makeCrl(authority, { revoked: [pck] }) } });
    },
  ],
  [
    "a revocation list past its time (AMD's)",
    'snp-crl-expired',
    async () => vlekSession({ collateral: await crl({ nextUpdate: at(new Date(), -1) }) }),
  ],
  [
    'collateral past its time',
    'tdx-collateral-expired',
    () => tdxSession({ tcbInfo: (json) => ({ ...json, nextUpdate: '2026-06-15T11:59:59Z' }) }),
  ],
  [
    'collateral older than the policy allows',
    'policy-collateral-age',
    () => tdxSession(tdxPolicy({ tcb: { ...POLICY.tcb, maximumCollateralAge: 86_400 } })),
  ],
  [
    'an SNP TCB out of date',
    'policy-minimum-tcb',
    () => session({ report: { launchTcb: { ...CHIPS.Milan.tcb, snp: 1 } } }),
  ],
  [
    'a TDX TCB out of date',
    'policy-tcb-status',
    () => tdxSession({ fields: { teeTcbSvn: Uint8Array.of(3, 1, 4, ...new Uint8Array(13)) } }),
  ],
  [
    'a FMSPC that the collateral is not of',
    'tdx-fmspc-mismatch',
    () => tdxSession({ tcbInfo: (json) => ({ ...json, fmspc: '00906ED50000' }) }),
  ],
  ['an SNP report of version 1', 'snp-report-version', () => session({ bytes: (b) => b.set([1], 0) })],
  [
    'bytes after an SNP report',
    'snp-report-size',
    () => session({ evidence: (e) => ({ ...e, outblob: withTrailing(e.outblob) }) }),
  ],
  [
    'bytes after a TDX quote',
    'tdx-quote-trailing',
    () => tdxSession({ evidence: (e) => ({ ...e, outblob: Uint8Array.from([...e.outblob, 1]) }) }),
  ],
  [
    'bytes after a certificate',
    'ratls-malformed',
    async () => changed(await session(), ({ certificate }) => ({ certificate: withTrailing(certificate) })),
  ],
  [
    'bytes after a VCEK in the table',
    'snp-certificate-malformed',
    () =>
      session({
        evidence: (e) => {
          const table = readCertificateTable(e.auxblob!);
          return { ...e, auxblob: writeCertificateTable({ ...table, vcek: withTrailing(table.vcek!) }) };
        },
      }),
  ],
  [
    'a VLEK where the report says VCEK',
    'snp-certificate-missing',
    () => vlekSession({ extensions: vlekExtensions(), report: { signingKey: 'vcek' } }),
  ],
  [
    'a report made for another nonce',
    'binding-stale',
    async () => ({ ...(await session()), nonce: flipped(new Uint8Array(32), 0) }),
  ],
  [
    'a report over another root',
    'binding-report-data',
    () => session({ report: { reportData: new Uint8Array(64) } }),
  ],
  [
    'the audit path of another leaf',
    'binding-stale',
    () => session({ path: (path) => ({ ...path, index: 3 }) }),
  ],
  [
    'a certificate changed after it was signed',
    'ratls-bad-signature',
    async () =>
      changed(await session(), ({ certificate }) => ({
        certificate: flipped(certificate, -1 + certificate.length),
      })),
  ],
  [
    "somebody else's evidence in a certificate of one's own",
    'binding-stale',
    async () => stolen(await session(), await createRatlsIdentity()),
  ],
  [
    'a report signed by another chip',
    'snp-bad-signature',
    async () => {
      const { auxblob } = await simulatedPlatform(CHIPS.Milan);
      return session({ evidence: (e) => ({ ...e, auxblob }) });
    },
  ],
  [
    "a client's clock that is a week behind",
    'ratls-not-yet-valid',
    async () => later(await session(), at(new Date(), -7), false),
  ],
  [
    "a client's clock that is a week ahead",
    'ratls-expired',
    async () => later(await session(), at(new Date(), 7), false),
  ],
  [
    "a client's clock that is behind Intel's",
    'tdx-collateral-not-yet-valid',
    () => tdxSession({ tcbInfo: (json) => ({ ...json, issueDate: '2026-06-15T12:00:01Z' }) }),
  ],
];

const changed = (
  found: SessionVerification,
  change: (answer: SessionVerification['answer']) => Partial<SessionVerification['answer']>,
): SessionVerification => ({ ...found, answer: { ...found.answer, ...change(found.answer) } });

/** At another time; in a certificate made then, so that what it carries is what is out of date. */
async function later(found: SessionVerification, now: Date, remade = true): Promise<SessionVerification> {
  return { ...(remade ? await stolen(found, await createRatlsIdentity({ now: () => now })) : found), now };
}

const firstFailure = ({ checks }: Verdict) => checks.find(({ ok }) => !ok)?.code;

describe('bad input', () => {
  it.each(ROWS)('%s: %s', async (_, code, make) => {
    const verdict = await verifySession(await make());
    expect(verdict.ok).toBe(false);
    expect(firstFailure(verdict)).toBe(code);
  });

  it('that is a session answer with something after it is none', async () => {
    const { answer, nonce, policy, roots, now } = await session();
    const keyConfig = keyConfigOf(KEM_X25519);
    const whole: SessionAnswer = {
      ...answer,
      keyConfig,
      sessionId: new Uint8Array(16),
      ttlSeconds: 1,
    };
    const bytes = encodeSessionAnswer(whole);
    const of = (given: Uint8Array) => verifyEvidence({ answer: given, nonce, policy, roots, now });
    expect(firstFailure(await of(bytes))).toBe('binding-stale');
    await expect(of(withTrailing(bytes))).rejects.toMatchObject({ detail: 'session-malformed' });
  });

  it('is in the documentation, each kind with its code', () => {
    const page = readFileSync(new URL('../../docs/attestation.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('## Bad input, and what it is called\n');
    const rows = section
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => /^\| .*`.*\|$/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .map(([, input, code]) => [input, code]);
    expect(rows).toEqual(ROWS.map(([input, code]) => [input, code]));
  });
});

/** A key configuration of that KEM (RFC 9458 §3.1), of a key that nobody has. */
const keyConfigOf = (kem: number) =>
  Uint8Array.of(1, kem >> 8, kem & 0xff, ...new Uint8Array(32).fill(9), 0, 4, 0, 1, 0, 1);
