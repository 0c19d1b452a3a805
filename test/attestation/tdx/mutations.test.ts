import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { splitQuote } from '../../../attestation/tdx/abi/index.js';
import { type TdxVerification, verifyTdxQuote } from '../../../attestation/tdx/index.js';
import { keyOfPoint } from '../../../attestation/tdx/verify/ecdsa.js';
import type { VerifiedQe } from '../../../attestation/tdx/verify/qe.js';
import { verifyQuote } from '../../../attestation/tdx/verify/quote.js';
import { machine } from './machine/index.js';
import { failures, flipped } from './results.js';
import { REAL } from './vectors.js';

let v4: TdxVerification;
let v5: TdxVerification;
beforeAll(async () => {
  v4 = await machine();
  v5 = await machine({ fields: { version: 5, body: 'td15' } });
});

/** The check that failed first, by its code. */
async function firstFailure(input: TdxVerification): Promise<string> {
  const verdict = await verifyTdxQuote(input);
  return verdict.ok ? 'accepted' : (failures(verdict)[0] ?? 'nothing failed');
}

describe('one bit flipped', () => {
  it('in any byte of a quote makes it fail, with a code', async () => {
    for (const offset of offsets(v5.quote)) {
      const code = await firstFailure({ ...v5, quote: flipped(v5.quote, offset, offset % 8) });
      expect(code, `byte ${offset}`).toMatch(/^(evidence|chain|quoting-enclave|signature): tdx-/);
    }
  }, 60_000);

  it('in any byte of a real quote makes it fail before its fields are read', async () => {
    for (const offset of offsets(REAL.quote)) {
      const verdict = await verifyTdxQuote({ ...REAL, quote: flipped(REAL.quote, offset, (offset + 3) % 8) });
      expect(failures(verdict)[0], `byte ${offset}`).toMatch(
        /^(evidence|chain|quoting-enclave|signature): tdx-/,
      );
      expect(verdict.quote, `byte ${offset}`).toBeUndefined();
    }
  }, 60_000);

  it('in every single bit of what is signed breaks the signature', async () => {
    const parts = splitQuote(REAL.quote);
    const qe = { attestationKey: await keyOfPoint(parts.attestationKey, 'tdx-qe-binding') } as VerifiedQe;
    expect((await verifyQuote(parts, qe)).version).toBe(4);
    for (let bit = 0; bit < 8 * parts.signedBytes.length; bit += 1) {
      const changed = { ...parts, signedBytes: flipped(parts.signedBytes, bit >> 3, bit & 7) };
      await expect(verifyQuote(changed, qe), `bit ${bit}`).rejects.toMatchObject({
        code: 'tdx-bad-signature',
      });
    }
  }, 60_000);

  it('in any part of the collateral makes it fail, with a code', async () => {
    const { collateral } = v4;
    for (let offset = 0; offset < collateral!.length; offset += 3) {
      const changed = { ...v4, collateral: flipped(collateral!, offset, offset % 8) };
      expect(await firstFailure(changed), `byte ${offset}`).toMatch(/^(collateral|revocation): tdx-/);
    }
  }, 60_000);
});

/** Every third byte of a quote, and of its PEM text, which is most of it, every eleventh. */
function* offsets(quote: Uint8Array): Generator<number> {
  const pem = quote.length - splitQuote(quote).pckChain.length;
  for (let offset = 0; offset < quote.length; offset += offset < pem ? 3 : 11) yield offset;
}

describe('hostile bytes', () => {
  it('as a quote or as collateral are a failed check, never an exception', async () => {
    const bytes = fc.uint8Array({ maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (blob, asQuote) => {
        const changed = asQuote ? { ...v4, quote: blob } : { ...v4, collateral: blob };
        expect(await firstFailure(changed)).toMatch(/^(evidence|collateral): tdx-/);
      }),
    );
  });

  it('in place of any stretch of a quote or of collateral are a failed check', async () => {
    const stretch = fc.record({ at: fc.nat(5000), bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }) });
    await fc.assert(
      fc.asyncProperty(stretch, fc.constantFrom('quote', 'collateral'), async ({ at, bytes }, part) => {
        const changed = v5[part as 'quote']!.slice();
        const from = at % (changed.length - bytes.length);
        changed.set(bytes, from);
        const same = Buffer.compare(changed, v5[part as 'quote']!) === 0;
        expect((await firstFailure({ ...v5, [part]: changed })) === 'accepted').toBe(same);
      }),
      { numRuns: 300 },
    );
  });
});
