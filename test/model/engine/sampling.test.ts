import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RepetitionPenalty } from '../../../model/engine/repetition.js';
import { type Sampling, TokenPicker } from '../../../model/engine/sampling.js';
import { SecretArena } from '../../../model/index.js';

const arena = new SecretArena();

/** How often each token comes up in `draws` draws from the same logits. */
function frequencies(logits: readonly number[], sampling: Sampling, draws: number): number[] {
  const picker = new TokenPicker(sampling, logits.length, arena);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[picker.pick(Float32Array.from(logits))]!++;
  return counts.map((count) => count / draws);
}

/** The same odds computed the plain way: sort, cut, renormalize. */
function expectedOdds(logits: readonly number[], temperature: number, topP: number): number[] {
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((a, b) => a + b);
  const order = weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]!);
  let sum = 0;
  const kept = order.filter((i) => {
    if (sum >= topP * total) return false;
    sum += weights[i]!;
    return true;
  });
  return weights.map((weight, i) => (kept.includes(i) ? weight / sum : 0));
}

describe('Greedy picking', () => {
  it('takes the first of the largest logits', () => {
    const picker = new TokenPicker({ kind: 'greedy' }, 4, arena);
    expect(picker.pick(Float32Array.of(-3, 2, 2, 1))).toBe(1);
  });
});

describe('Sampling', () => {
  const logits = [2, 0.5, -1, 1.2, 0, -4];

  it.each([
    { temperature: 1, topP: 1 },
    { temperature: 0.5, topP: 1 },
    { temperature: 2, topP: 0.9 },
    { temperature: 1, topP: 0.7 },
  ])('draws with the odds of temperature $temperature and topP $topP', ({ temperature, topP }) => {
    const seen = frequencies(logits, { kind: 'sample', temperature, topP, seed: 11 }, 40_000);
    const expected = expectedOdds(logits, temperature, topP);
    for (const [token, share] of seen.entries()) {
      if (expected[token] === 0) expect(share).toBe(0);
      // Five standard deviations of a binomial share.
      else {
        const deviation = Math.sqrt((expected[token]! * (1 - expected[token]!)) / 40_000);
        expect(Math.abs(share - expected[token]!)).toBeLessThan(5 * deviation + 1e-9);
      }
    }
  });

  it('draws only from the fewest tokens that reach topP together, whatever the logits', () => {
    const request = fc.record({
      logits: fc.uniqueArray(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 80 }),
      topP: fc.double({ min: 0.05, max: 0.999, noNaN: true }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(request, ({ logits, topP, seed }) => {
        const scaled = logits.map((logit) => logit / 10);
        const picker = new TokenPicker({ kind: 'sample', temperature: 1, topP, seed }, scaled.length, arena);
        const odds = expectedOdds(scaled, 1, topP);
        // Rounding to 32 bits may move the cut by one token when topP falls on it: allow the next one.
        const lowest = Math.min(...odds.filter((p) => p > 0));
        const floor = Math.max(...odds.map((p, i) => (p > 0 ? -Infinity : scaled[i]!)));
        const token = picker.pick(Float32Array.from(scaled));
        expect(odds[token]! >= lowest || scaled[token] === floor).toBe(true);
      }),
    );
  });

  it('draws among equals when all are equal', () => {
    const seen = frequencies([1, 1, 1, 1], { kind: 'sample', temperature: 1, topP: 0.5, seed: 3 }, 1000);
    expect(seen.filter((share) => share > 0)).toHaveLength(2);
  });

  it('gives the same draws for the same seed and others for another', () => {
    const draws = (seed: number) => {
      const picker = new TokenPicker({ kind: 'sample', temperature: 1, topP: 1, seed }, 100, arena);
      return Array.from({ length: 50 }, () => picker.pick(new Float32Array(100)));
    };
    expect(draws(42)).toEqual(draws(42));
    expect(draws(42)).not.toEqual(draws(43));
  });

  it.each([
    { temperature: 0, topP: 1 },
    { temperature: Number.NaN, topP: 1 },
    { temperature: 1, topP: 0 },
    { temperature: 1, topP: 1.1 },
  ])('refuses temperature $temperature with topP $topP', (odd) => {
    const make = () => new TokenPicker({ kind: 'sample', seed: 1, ...odd }, 4, arena);
    expect(make).toThrow(expect.objectContaining({ code: 'engine-bad-request' }));
  });
});

describe('The repetition penalty', () => {
  it('makes seen tokens less likely once, however often they were seen', () => {
    const penalty = new RepetitionPenalty(2, 4, arena);
    for (const token of [0, 1, 1, 1]) penalty.see(token);
    const logits = Float32Array.of(3, -3, 3, -3);
    penalty.apply(logits);
    expect([...logits]).toEqual([1.5, -6, 3, -3]);
  });

  it('changes nothing when it is 1', () => {
    const penalty = new RepetitionPenalty(1, 2, arena);
    penalty.see(0);
    const logits = Float32Array.of(3, -3);
    penalty.apply(logits);
    expect([...logits]).toEqual([3, -3]);
  });

  it('has to be above 0', () => {
    expect(() => new RepetitionPenalty(0, 2, arena)).toThrow(
      expect.objectContaining({ code: 'engine-bad-request' }),
    );
  });
});
