/** Lengths, counts and offsets that lie: whatever they say, the answer is a code, and it comes. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AttestationError,
  type Evidence,
  parseRatlsCertificate,
  rootFromPath,
  type SessionVerification,
  verifySession,
} from '../../attestation/index.js';
import { createRatlsIdentity, type RatlsIdentity } from '../../attestation/ratls/index.js';
import { splitQuote } from '../../attestation/tdx/abi/index.js';
import { parseEventLog, replayEventLog } from '../../attestation/tdx/index.js';
import { decodeSessionAnswer, encodeSessionAnswer, WireError } from '../../wire/index.js';
import { session } from './fixture.js';
import { POLICY } from './tdx/machine/policy.js';
import { tdxSession } from './tdx/machine/session.js';
import { vector } from './tdx/vectors.js';

const SEED = 31337;
const RUNS = 400;

/** What a field of so many bytes may be made to say: nothing, a little off, just over a limit, all there is, anything. */
const lies = (bits: 16 | 32) => {
  const most = 2 ** bits - 1;
  const edges = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, most >>> 1, most - 1, most];
  return fc.oneof(fc.constantFrom(...edges), fc.nat(most), fc.nat(0x2000));
};

/** A DER or CBOR head that promises more, or less, than there is. */
const heads = fc.oneof(
  fc.constantFrom(
    [0x80],
    [0x81, 0xff],
    [0x82, 0xff, 0xff],
    [0x83, 1, 0, 0],
    [0x84, 0x7f, 0xff, 0xff, 0xff],
    [0x88],
  ),
  fc.constantFrom(
    [0x5b, 0, 0, 0, 1, 0, 0, 0, 0],
    [0x9f],
    [0xbf],
    [0x9a, 0xff, 0xff, 0xff, 0xff],
    [0xba, 0x7f, 0, 0, 0],
  ),
  fc.array(fc.nat(255), { minLength: 1, maxLength: 9 }),
);

const written = (bytes: Uint8Array, at: number, value: readonly number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(value.slice(0, copy.length - at), at);
  return copy;
};
const little = (value: number, size: 2 | 4) =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) & 0xff);

let tried = 0;
const codes = new Set<string>();
afterAll(() => {
  console.log(
    `${tried} lies about lengths, counts and offsets: ${codes.size} codes, no exception, no end missing`,
  );
});

interface Subject {
  readonly good: SessionVerification;
  readonly evidence: Evidence;
  readonly root: Uint8Array;
  readonly identity: RatlsIdentity;
}
let snp: Subject;
let tdx: Subject;
beforeAll(async () => {
  const subjectOf = async (good: SessionVerification): Promise<Subject> => ({
    good,
    ...parseRatlsCertificate(good.answer.certificate),
    identity: await createRatlsIdentity({ now: () => good.now }),
  });
  snp = await subjectOf(await session());
  const eventLog = vector('cos-113.ccel.bin');
  const rtmrs = replayEventLog(parseEventLog(eventLog));
  const [rtmr0, rtmr1, rtmr2, rtmr3] = rtmrs;
  const measurement = {
    mrTd: POLICY.measurements[0]!.mrTd,
    rtmrs: [[rtmr0], [rtmr1], [rtmr2], [rtmr3]] as const,
  };
  tdx = await subjectOf(
    await tdxSession({
      fields: { rtmrs },
      evidence: (evidence) => ({ ...evidence, eventLog }),
      verification: { policy: { measurements: [], tdx: { ...POLICY, measurements: [measurement] } } },
    }),
  );
});

/** The verdict on evidence that was changed, under a certificate that its owner signed again: refused, by codes. */
async function refused(
  { good, evidence, root, identity }: Subject,
  changed: Partial<Evidence>,
): Promise<void> {
  const certificate = await identity.certificate({ ...evidence, ...changed }, root);
  await refusedCertificate(good, certificate);
}

async function refusedCertificate(good: SessionVerification, certificate: Uint8Array): Promise<void> {
  const { ok, checks } = await verifySession({ ...good, answer: { ...good.answer, certificate } });
  expect(ok).toBe(false);
  tried += 1;
  for (const { code } of checks) if (code && code !== 'not-checked') codes.add(code);
}

const parameters = { numRuns: RUNS, seed: SEED };

describe('a certificate table', () => {
  it('whose offsets and lengths lie is refused', async () => {
    const { auxblob } = snp.evidence;
    const field = fc.constantFrom(...[0, 1, 2].flatMap((entry) => [24 * entry + 16, 24 * entry + 20]));
    await fc.assert(
      fc.asyncProperty(field, lies(32), async (at, value) => {
        const changed = written(auxblob!, at, little(value, 4));
        fc.pre(Buffer.compare(changed, auxblob!) !== 0);
        await refused(snp, { auxblob: changed });
      }),
      parameters,
    );
  });

  it('that never ends is refused', async () => {
    for (const entries of [1, 16, 17, 1000]) {
      const auxblob = Uint8Array.from({ length: 24 * entries }, (_, i) => 1 + (i % 255));
      await refused(snp, { auxblob });
    }
  });
});

describe('a quote', () => {
  it('whose sizes lie is refused', async () => {
    const { outblob } = tdx.evidence;
    const parts = splitQuote(outblob);
    const at = (part: Uint8Array) => part.byteOffset - outblob.byteOffset;
    const sizes: [offset: number, size: 2 | 4][] = [
      [parts.signedBytes.length, 4],
      [at(parts.qeReport) - 4, 4],
      [at(parts.qeAuthData) - 2, 2],
      [at(parts.pckChain) - 4, 4],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sizes), lies(32), async ([offset, size], value) => {
        const changed = written(outblob, offset, little(value, size));
        fc.pre(Buffer.compare(changed, outblob) !== 0);
        await refused(tdx, { outblob: changed });
      }),
      parameters,
    );
  });

  it('cut anywhere is refused', async () => {
    const { outblob } = tdx.evidence;
    await fc.assert(
      fc.asyncProperty(fc.nat(outblob.length - 1), (length) =>
        refused(tdx, { outblob: outblob.subarray(0, length) }),
      ),
      parameters,
    );
  });
});

describe('an event log', () => {
  it('whose counts and sizes lie, at any place, is refused or replays to the same', async () => {
    const log = tdx.evidence.eventLog!;
    const used = log.findLastIndex((byte) => byte !== 0 && byte !== 0xff);
    await fc.assert(
      fc.asyncProperty(fc.nat(used), lies(32), fc.constantFrom<2 | 4>(2, 4), async (at, value, size) => {
        const changed = written(log, at, little(value, size));
        const { identity, evidence, root, good } = tdx;
        const certificate = await identity.certificate({ ...evidence, eventLog: changed }, root);
        const { checks } = await verifySession({ ...good, answer: { ...good.answer, certificate } });
        const check = checks.find(({ name }) => name === 'event-log')!;
        expect(check.ok ? 'replays' : check.code).toMatch(/^(replays|eventlog-[a-z]+)$/);
        if (check.code) codes.add(check.code);
        tried += 1;
      }),
      parameters,
    );
  });
});

describe('collateral, and certificates of every kind,', () => {
  it.each<[string, () => Subject, 'collateral' | 'auxblob' | 'outblob']>([
    ['collateral', () => tdx, 'collateral'],
    ['the certificates of an SNP host', () => snp, 'auxblob'],
    ['the certificates of a quote', () => tdx, 'outblob'],
  ])('%s with heads that lie are refused', async (_, of, part) => {
    const bytes = of().evidence[part]!;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), heads, async (at, head) => {
        const changed = written(bytes, at, head);
        fc.pre(Buffer.compare(changed, bytes) !== 0);
        await refused(of(), { [part]: changed });
      }),
      parameters,
    );
  });

  it('and so is the certificate that carries it all', async () => {
    const { certificate } = snp.good.answer;
    await fc.assert(
      fc.asyncProperty(fc.nat(certificate.length - 1), heads, async (at, head) => {
        const changed = written(certificate, at, head);
        fc.pre(Buffer.compare(changed, certificate) !== 0);
        await refusedCertificate(snp.good, changed);
      }),
      parameters,
    );
  });
});

describe('an audit path', () => {
  it('of any index, size and length is followed or refused by its code', () => {
    const count = fc.oneof(
      fc.nat(2000),
      fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 31, 2 ** 32, 2 ** 53, Infinity),
    );
    const hashes = fc.array(fc.uint8Array({ minLength: 31, maxLength: 33 }), { maxLength: 70 });
    fc.assert(
      fc.property(count, count, hashes, (index, size, path) => {
        tried += 1;
        try {
          expect(rootFromPath(new Uint8Array(32), { index, size, hashes: path })).toHaveLength(32);
        } catch (error) {
          expect(error).toBeInstanceOf(AttestationError);
          expect(error).toMatchObject({ code: 'binding-malformed' });
        }
      }),
      { numRuns: 2000, seed: SEED },
    );
  });
});

describe("a session's answer", () => {
  it('with heads that lie is refused by its code, or is another answer', () => {
    const { answer } = snp.good;
    const keyConfig = new Uint8Array(41);
    const bytes = encodeSessionAnswer({
      ...answer,
      keyConfig,
      sessionId: new Uint8Array(16),
      ttlSeconds: 120,
    });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), heads, (at, head) => {
        tried += 1;
        try {
          decodeSessionAnswer(written(bytes, at, head));
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          expect(error).toMatchObject({ code: 'session-malformed' });
        }
      }),
      { numRuns: 2000, seed: SEED },
    );
  });
});
