/** Real evidence before verifiers that others wrote: the same verdicts, and none of us takes a changed bit. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnpRequest, TdxRequest } from '../../bench/attestation/google.js';
import type { Peer } from '../../bench/attestation/peer.js';
import { flipped } from '../attestation/fixture.js';
import { dcapQvl, google, type Invited } from './peers.js';
import {
  MILAN,
  OUTDATED,
  type Parts,
  SAPPHIRE_RAPIDS,
  type Subject,
  signedJson,
  UP_TO_DATE,
} from './subjects.js';

const SEED = 9334;
const MUTATIONS = 200;

interface Agreement<Request> {
  readonly subject: Subject<Request>;
  readonly ours: string;
  readonly theirs: RegExp;
}

/** go-tdx-guest compares hexadecimal digits as text; Intel writes them in capitals. Everything else it had verified. */
const LETTER_CASE = /^FMSPC from PCK Certificate\("b0c06f000000"\) is not equal to .*\("B0C06F000000"\)$/;
const NO_LEVEL = /[Nn]o matching TCB level found$/;

compare<SnpRequest | TdxRequest>('go-sev-guest and go-tdx-guest', google(), [
  { subject: MILAN, ours: '', theirs: /^$/ },
  { subject: SAPPHIRE_RAPIDS, ours: 'tcb: tdx-tcb-unknown', theirs: NO_LEVEL },
  { subject: UP_TO_DATE, ours: '', theirs: LETTER_CASE },
]);

compare<TdxRequest>('dcap-qvl', dcapQvl(), [
  { subject: SAPPHIRE_RAPIDS, ours: 'tcb: tdx-tcb-unknown', theirs: NO_LEVEL },
  { subject: UP_TO_DATE, ours: '', theirs: /^$/ },
  { subject: OUTDATED, ours: 'tcb: tdx-tcb-unknown', theirs: NO_LEVEL },
]);

function compare<Request>(
  name: string,
  { start, missing }: Invited<Request>,
  agreements: readonly Agreement<Request>[],
): void {
  describe(name, () => {
    if (missing !== undefined) return it.skip(missing);
    let peer: Peer<Request>;
    let [vectors, mutations] = [0, 0];
    beforeAll(() => {
      peer = start();
    });
    afterAll(() => {
      peer.close();
      console.log(
        `${peer.name}: agrees with us on ${vectors} real vectors and ${mutations} mutations of them`,
      );
    });

    describe.each(agreements)('$subject.name', ({ subject, ours, theirs }) => {
      it('is judged as we judge it', async () => {
        expect(await subject.ours(subject.parts)).toBe(ours);
        expect((await peer.ask(subject.request(subject.parts))).verify).toMatch(theirs);
        vectors += 1;
      });

      it.each(groupsOf(subject))('is refused with any bit of %s flipped', async (_, part) => {
        const changed = sample(subject, part);
        const answers = changed.map(({ parts }) => peer.ask(subject.request(parts)));
        for (const [i, { parts, what }] of changed.entries()) {
          const own = await subject.ours(parts);
          const { verify } = await answers[i]!;
          // Refused, and for another reason than the one it may have been refused for before.
          expect({ what, own, accepted: own === '' || own === ours }).toMatchObject({ accepted: false });
          expect({ what, verify, accepted: verify === '' || theirs.test(verify) }).toMatchObject({
            accepted: false,
          });
          mutations += 1;
        }
      });
    });
  });
}

/** The report or quote itself, and what came with it. */
function groupsOf({ parts }: Subject<unknown>): [name: string, part: string[]][] {
  const [first, ...others] = Object.keys(parts);
  return [
    [`its ${first}`, [first!]],
    ['what was stapled to it', others],
  ];
}

/** Flips of single bits, as many as there are to be, spread evenly over all signed bytes, the same ones every time. */
function sample<Request>(subject: Subject<Request>, group: readonly string[]) {
  const places = subject.signed
    .filter(({ part }) => group.includes(part))
    .flatMap(({ part, from, to }) => Array.from({ length: to - from }, (_, i) => ({ part, at: from + i })));
  const flip = fc.record({ place: fc.constantFrom(...places), bit: fc.nat(7) });
  return fc
    .sample(
      flip.filter((change) => !isLetterCase(subject.parts, change)),
      { numRuns: MUTATIONS, seed: SEED },
    )
    .map(({ place: { part, at }, bit }) => ({
      what: `${part}, byte ${at}, bit ${bit}`,
      parts: { ...subject.parts, [part]: flipped(subject.parts[part]!, at, bit) },
    }));
}

interface Flip {
  readonly place: { readonly part: string; readonly at: number };
  readonly bit: number;
}

/** Whether a flip makes a capital of a hexadecimal digit of a signature, or the reverse: differences.test.ts has that. */
function isLetterCase(parts: Parts, { place: { part, at }, bit }: Flip): boolean {
  const bytes = parts[part]!;
  if (bytes[0] !== 0x7b || bit !== 5) return false;
  const [, [from, to]] = signedJson(bytes);
  return at >= from && at < to && bytes[at]! >= 0x41;
}
