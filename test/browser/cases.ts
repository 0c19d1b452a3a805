/** Sessions to be judged in two places: real evidence, machines that never were, and changes of all of these. */
import fc from 'fast-check';
import {
  type AttestationPolicy,
  type Evidence,
  LeafTree,
  parseRatlsCertificate,
  type SessionVerification,
  sessionLeaf,
} from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { writeCertificateTable } from '../../attestation/snp/abi/index.js';
import { parseEventLog, replayEventLog, type TdxVerification } from '../../attestation/tdx/index.js';
import { CHIPS, flipped, MEASUREMENT, NONCE, session, vector } from '../attestation/fixture.js';
import { POLICY } from '../attestation/tdx/machine/policy.js';
import { tdxSession } from '../attestation/tdx/machine/session.js';
import { bundle, REAL, vector as tdxVector } from '../attestation/tdx/vectors.js';

export interface Case {
  readonly name: string;
  readonly session: SessionVerification;
}

const KEY_CONFIG = Uint8Array.of(1, 0, 0x20);

/** Evidence in the certificate of a session that it was not made for: all is judged, and `binding` fails. */
async function wrapped(
  evidence: Evidence,
  policy: AttestationPolicy,
  now: Date,
): Promise<SessionVerification> {
  const identity = await createRatlsIdentity({ now: () => now });
  const tree = new LeafTree([sessionLeaf(identity.spkiHash, NONCE, KEY_CONFIG)]);
  const certificate = await identity.certificate(evidence, tree.root);
  const answer = { certificate, keyConfig: KEY_CONFIG, auditPath: tree.path(0) };
  return { answer, nonce: NONCE, roots: {}, policy, now };
}

/** All real evidence that there is. */
export async function realCases(): Promise<Case[]> {
  const milan: Evidence = {
    provider: 'sev_guest',
    outblob: vector('milan-v2.report.bin'),
    auxblob: writeCertificateTable({ vcek: vector('milan-vcek.der') }),
  };
  const quote = ({ quote: outblob, collateral, now }: TdxVerification, eventLog?: Uint8Array) =>
    wrapped(
      { provider: 'tdx_guest', outblob, collateral: collateral!, ...(eventLog ? { eventLog } : {}) },
      { measurements: [], tdx: POLICY },
      now,
    );
  const log = tdxVector('cos-113.ccel.bin');
  return [
    { name: 'Milan', session: await wrapped(milan, { measurements: [MEASUREMENT] }, new Date('2023-01-01')) },
    { name: 'Sapphire Rapids', session: await quote(REAL) },
    { name: 'TD 1.0', session: await quote(bundle('v4-uptodate', new Date('2025-06-20T00:00:00Z'))) },
    { name: 'TD 1.5', session: await quote(bundle('v5-outdated', new Date('2026-02-20T00:00:00Z')), log) },
  ];
}

/** Machines that never were, all of them good. */
export async function simulatedCases(): Promise<Case[]> {
  const eventLog = tdxVector('cos-113.ccel.bin');
  const rtmrs = replayEventLog(parseEventLog(eventLog));
  const [rtmr0, rtmr1, rtmr2, rtmr3] = rtmrs;
  const measured = [
    { mrTd: POLICY.measurements[0]!.mrTd, rtmrs: [[rtmr0], [rtmr1], [rtmr2], [rtmr3]] as const },
  ];
  const logged = await tdxSession({
    fields: { rtmrs },
    evidence: (evidence) => ({ ...evidence, eventLog }),
    verification: { policy: { measurements: [], tdx: { ...POLICY, measurements: measured } } },
  });
  return [
    ...(await Promise.all(
      Object.entries(CHIPS).map(async ([name, chip]) => ({ name, session: await session({ chip }) })),
    )),
    { name: 'TDX, version 4', session: await tdxSession() },
    {
      name: 'TDX, version 5',
      session: await tdxSession({ fields: { version: 5, body: 'td15' } }),
    },
    { name: 'TDX with an event log', session: logged },
  ];
}

/** So many changes of a case, the same every time: single bits, in the certificate and, signed again, in the evidence. */
export async function mutationsOf({ name, session: good }: Case, count: number): Promise<Case[]> {
  const { evidence, root } = parseRatlsCertificate(good.answer.certificate);
  const identity = await createRatlsIdentity({ now: () => good.now });
  const bytes = Object.entries({ ...evidence, ...good.answer, nonce: good.nonce, root }).filter(
    (entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array,
  );
  const flips = fc.sample(fc.record({ part: fc.constantFrom(...bytes), at: fc.nat(), bit: fc.nat(7) }), {
    numRuns: count,
    seed: 4242,
  });
  return Promise.all(
    flips.map(async ({ part: [part, given], at, bit }) => {
      const offset = at % given.length;
      const changed = { [part]: flipped(given, offset, bit) };
      const again = part in evidence || part === 'root';
      const certificate = again
        ? await identity.certificate({ ...evidence, ...changed }, changed['root'] ?? root)
        : good.answer.certificate;
      const mutated: SessionVerification = {
        ...good,
        ...(part === 'nonce' ? { nonce: changed['nonce']! } : {}),
        answer: { ...good.answer, certificate, ...(part in good.answer ? changed : {}) },
      };
      return { name: `${name}, bit ${bit} of byte ${offset} of ${part}`, session: mutated };
    }),
  );
}
