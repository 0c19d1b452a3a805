import { beforeAll, describe, expect, it } from 'vitest';
import { readTdQuote, splitQuote } from '../../../attestation/tdx/abi/index.js';
import { makeQuote, standardPki } from './machine/index.js';
import { join, little, QUOTE_FIELDS, writeSigned } from './machine/quote.js';
import { codeOf } from './results.js';
import { REAL_FILE, REAL_QUOTE } from './vectors.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a real quote of a Sapphire Rapids machine', () => {
  it('is read field by field, as its specification lays it out', () => {
    const quote = readTdQuote(splitQuote(REAL_QUOTE).signedBytes);
    expect(quote).toMatchObject({
      version: 4,
      attestationKeyType: 2,
      teeType: 0x81,
      body: 'td10',
      xfam: 0x61ae7n,
    });
    expect(hex(quote.teeTcbSvn)).toBe('03000400000000000000000000000000');
    expect(hex(quote.mrSeam)).toMatch(/^2fd279c16164a93d.*5363c656$/);
    expect(quote.seamAttributes).toBe(0n);
    expect(quote.attributes).toEqual({
      debug: false,
      septVeDisable: false,
      migratable: false,
      pks: true,
      keyLocker: false,
      perfmon: false,
      bits: 0x4000_0000n,
    });
    expect(quote.rtmrs).toHaveLength(4);
    expect(quote.td15).toBeUndefined();
  });

  it('is cut into what its signatures are made over', () => {
    const parts = splitQuote(REAL_QUOTE);
    expect(parts.signedBytes).toHaveLength(632);
    expect(parts.qeReport).toHaveLength(384);
    expect(parts.qeAuthData).toHaveLength(32);
    expect(new TextDecoder().decode(parts.pckChain).match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  it('is refused with the text that its file has after it, and read with padding', () => {
    expect(codeOf(() => splitQuote(REAL_FILE))).toBe('tdx-quote-trailing');
    expect(splitQuote(join(REAL_QUOTE, new Uint8Array(500))).pckChain).toEqual(
      splitQuote(REAL_QUOTE).pckChain,
    );
  });

  it('is refused when cut anywhere', () => {
    for (let length = 0; length < REAL_QUOTE.length; length += 1) {
      expect(
        codeOf(() => splitQuote(REAL_QUOTE.slice(0, length))),
        `${length} bytes`,
      ).toBe('tdx-quote-truncated');
    }
  });
});

describe('a quote', () => {
  let v4: Uint8Array;
  let v5: Uint8Array;
  beforeAll(async () => {
    const pki = await standardPki();
    v4 = await makeQuote(pki);
    v5 = await makeQuote(pki, { fields: { version: 5, body: 'td15' } });
  });
  const patched = (quote: Uint8Array, offset: number, bytes: Uint8Array) => {
    const copy = quote.slice();
    copy.set(bytes, offset);
    return copy;
  };
  /** Where the length of the signature data stands. */
  const v4Data = 632;
  const v5Data = 48 + 6 + 648;

  it.each([
    [4, 'td10'],
    [5, 'td10'],
    [5, 'td15'],
  ] as const)('of version %i with a %s body is read as it was written', async (version, body) => {
    const fields = { ...QUOTE_FIELDS, version, body, mrServiceTd: new Uint8Array(48).fill(0x5d) };
    const read = readTdQuote(splitQuote(await makeQuote(await standardPki(), { fields })).signedBytes);
    const { mrServiceTd, teeTcbSvn2, attributes, qeVendorId, ...same } = fields;
    expect(read).toMatchObject({ ...same, attributes: { bits: attributes, septVeDisable: true } });
    expect(read.td15).toEqual(body === 'td15' ? { teeTcbSvn2, mrServiceTd } : undefined);
  });

  it.each<[string, string, () => Uint8Array]>([
    ['version 3', 'tdx-quote-version', () => patched(v4, 0, little(3, 2))],
    ['version 6', 'tdx-quote-version', () => patched(v4, 0, little(6, 2))],
    ['a key on P-384', 'tdx-quote-key-type', () => patched(v4, 2, little(3, 2))],
    ['an SGX enclave', 'tdx-quote-tee-type', () => patched(v4, 4, little(0, 4))],
    ['an SGX body', 'tdx-quote-body-type', () => patched(v5, 48, little(1, 2))],
    ['a body type that does not exist', 'tdx-quote-body-type', () => patched(v5, 48, little(4, 2))],
    ['a body whose size is not of its type', 'tdx-quote-length', () => patched(v5, 50, little(584, 4))],
    [
      'signature data that is too long',
      'tdx-quote-truncated',
      () => patched(v4, v4Data, little(0xffff_ffff, 4)),
    ],
    ['signature data that is too short', 'tdx-quote-length', () => patched(v4, v4Data, little(100, 4))],
    [
      'a PCK chain by another name',
      'tdx-quote-certification-type',
      () => patched(v5, v5Data + 132, little(5, 2)),
    ],
    ['certification data past its end', 'tdx-quote-length', () => patched(v5, v5Data + 134, little(9999, 4))],
    [
      'certification data before its end',
      'tdx-quote-length',
      () => patched(v5, v5Data + 134, little(500, 4)),
    ],
    ['another byte after it', 'tdx-quote-trailing', () => join(v4, Uint8Array.of(1))],
    ['64 KiB and more', 'tdx-quote-length', () => join(v4, new Uint8Array(65_536))],
  ])('of %s is refused as %s', (_, code, quote) => {
    expect(codeOf(() => splitQuote(quote()))).toBe(code);
  });

  it('whose PCK chain is not given as a chain is refused', async () => {
    const quote = await makeQuote(await standardPki(), { signature: { innerType: 3 } });
    expect(codeOf(() => splitQuote(quote))).toBe('tdx-quote-certification-type');
  });

  it("of another vendor's quoting enclave is refused", () => {
    const signed = writeSigned({ ...QUOTE_FIELDS, qeVendorId: new Uint8Array(16) });
    expect(codeOf(() => readTdQuote(signed))).toBe('tdx-quote-vendor');
  });

  it('whose signed part is of no known length is refused', () => {
    expect(codeOf(() => readTdQuote(writeSigned({ ...QUOTE_FIELDS, body: 'td15' })))).toBe(
      'tdx-quote-length',
    );
    expect(codeOf(() => readTdQuote(new Uint8Array(3)))).toBe('tdx-quote-length');
  });
});
