/** Where others take what we refuse: bytes that no signature covers. Nobody takes what we do not. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitQuote } from '../../attestation/tdx/abi/index.js';
import type { TdxRequest } from '../../bench/attestation/google.js';
import type { Peer } from '../../bench/attestation/peer.js';
import { flipped } from '../attestation/fixture.js';
import { dcapQvl, google, type Invited } from './peers.js';
import { OUTDATED, signedJson, UP_TO_DATE } from './subjects.js';

const SEED = 9335;
const MUTATIONS = 300;
const { quote } = UP_TO_DATE.parts as { readonly quote: Uint8Array };

/** What an unsigned byte of the quote is. */
type Place = 'type or size' | 'line break' | 'certificate' | 'root' | 'padding';

const parts = splitQuote(quote);
const at = (part: Uint8Array) => part.byteOffset - quote.byteOffset;
const chainAt = at(parts.pckChain);
const chain = Buffer.from(parts.pckChain).toString('latin1');
const rootAt = chainAt + chain.lastIndexOf('-----BEGIN');

function placeOf(offset: number): Place {
  if (offset >= chainAt + chain.length) return 'padding';
  if (offset >= rootAt) return 'root';
  if (offset < chainAt) return 'type or size';
  return quote[offset] === 0x0a ? 'line break' : 'certificate';
}

const signed = UP_TO_DATE.signed.filter(({ part }) => part === 'quote');
const unsigned = [...quote.keys()].filter((i) => !signed.some(({ from, to }) => i >= from && i < to));
/** As many of each kind of place. */
const flips = fc.sample(
  fc.record({
    offset: fc
      .constantFrom<Place>('type or size', 'line break', 'certificate', 'root', 'padding')
      .chain((place) => fc.constantFrom(...unsigned.filter((offset) => placeOf(offset) === place))),
    bit: fc.nat(7),
  }),
  { numRuns: MUTATIONS, seed: SEED },
);

it('we refuse each', async () => {
  for (const { offset, bit } of flips) {
    const said = await UP_TO_DATE.ours({ ...UP_TO_DATE.parts, quote: flipped(quote, offset, bit) });
    expect({ offset, bit, said }).toMatchObject({ said: expect.stringMatching(/^(evidence|chain): tdx-/) });
  }
});

/** go-tdx-guest lets pass what follows a quote, whatever it is. */
differ('go-tdx-guest', google(), ['padding']);
/**
 * dcap-qvl does too; it does not look at the outer certification data's type, nor mind a certificate chain whose size
 * cuts off some of its end, reads PEM with any white space, and takes the root from its own pocket.
 */
differ('dcap-qvl', dcapQvl(), ['type or size', 'line break', 'root', 'padding']);

function differ(name: string, { start, missing }: Invited<TdxRequest>, lenient: readonly Place[]): void {
  describe(name, () => {
    if (missing !== undefined) return it.skip(missing);
    let peer: Peer<TdxRequest>;
    let said: string;
    let counts = '';
    beforeAll(async () => {
      peer = start();
      said = (await peer.ask(UP_TO_DATE.request(UP_TO_DATE.parts))).verify;
    });
    afterAll(() => {
      peer.close();
      console.log(`${peer.name}: ${counts}`);
    });

    it(`takes changes of nothing but: ${lenient.join(', ')}`, async () => {
      const answers = await Promise.all(
        flips.map(({ offset, bit }) =>
          peer.ask(UP_TO_DATE.request({ ...UP_TO_DATE.parts, quote: flipped(quote, offset, bit) })),
        ),
      );
      const taken = flips.filter((_, i) => answers[i]!.verify === said).map(({ offset }) => placeOf(offset));
      const broken = answers.filter(({ panicked }) => panicked).length;
      counts = `${flips.length} flips of unsigned bits: took ${taken.length}, broke on ${broken}; we took none`;
      expect([...new Set(taken)].sort()).toEqual([...lenient].sort());
    });

    it('takes a signature of collateral in hexadecimal digits of either case, and we only as Intel writes it', async () => {
      for (const part of ['tcbInfo', 'qeIdentity']) {
        const answer = UP_TO_DATE.parts[part]!;
        const [, [from, to]] = signedJson(answer);
        const letter = answer.findIndex((byte, i) => i >= from && i < to && byte >= 0x61);
        const changed = { ...UP_TO_DATE.parts, [part]: flipped(answer, letter, 5) };
        expect(await UP_TO_DATE.ours(changed)).toBe('collateral: tdx-collateral-malformed');
        expect((await peer.ask(UP_TO_DATE.request(changed))).verify).toBe(said);
      }
    });
  });
}

describe('go-tdx-guest, of a quote of version 5,', () => {
  const { start, missing } = google();
  it.skipIf(missing)('says only that it does not know that format', async () => {
    const peer = start!();
    expect((await peer.ask(OUTDATED.request(OUTDATED.parts))).verify).toBe('quote format not supported');
    peer.close();
  });
});
