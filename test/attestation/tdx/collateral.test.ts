import { describe, expect, it } from 'vitest';
import {
  decodeTdxCollateral,
  encodeTdxCollateral,
  type TdxCollateral,
  verifyTdxQuote,
} from '../../../attestation/tdx/index.js';
import { encodeCbor } from '../../../wire/index.js';
import { qeIdentityJson, signJson, signText, tcbInfoJson } from './machine/collateral.js';
import { machine, makeCollateral, type Parts, standardPki } from './machine/index.js';
import { DAY, issue, makePki, NOW, SIGNER } from './machine/pki.js';
import { codeOf, failures } from './results.js';
import { REAL_COLLATERAL } from './vectors.js';

const codesOf = async (parts: Parts) => failures(await verifyTdxQuote(await machine(parts)));
const iso = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString().replace('.000Z', 'Z');

describe('stapled collateral', () => {
  it('is decoded as it was encoded', () => {
    expect(decodeTdxCollateral(encodeTdxCollateral(REAL_COLLATERAL))).toEqual(REAL_COLLATERAL);
  });

  const whole = new Map<number, Uint8Array>([1, 2, 3, 4, 5, 6].map((key) => [key, Uint8Array.of(key)]));
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['no map', encodeCbor(1)],
    ['five parts', encodeCbor(new Map([...whole].slice(1)))],
    ['a part by another number', encodeCbor(new Map([...[...whole].slice(1), [7, Uint8Array.of(7)]]))],
    ['a part that is a number', encodeCbor(new Map<number, Uint8Array | number>([...whole, [3, 3]]))],
    ['bytes after it', Uint8Array.of(...encodeCbor(whole), 0)],
    ['too many bytes', new Uint8Array(4 * 1024 * 1024 + 1)],
  ])('with %s is refused', (_, bytes) => {
    expect(codeOf(() => decodeTdxCollateral(bytes))).toBe('tdx-collateral-malformed');
  });

  it('that is missing is refused: without it nothing is known about the machine', async () => {
    const input = await machine();
    expect(failures(await verifyTdxQuote({ ...input, collateral: undefined }))).toEqual([
      'collateral: tdx-collateral-missing',
    ]);
  });
});

describe('TCB info is refused', () => {
  type Change = Parameters<NonNullable<Parts['tcbInfo']>>[0];
  it.each<[string, string, (json: Change) => unknown]>([
    ["that is SGX's", 'tdx-collateral-version', (json) => ({ ...json, id: 'SGX' })],
    ['of version 2', 'tdx-collateral-version', (json) => ({ ...json, version: 2 })],
    ['of another TCB type', 'tdx-collateral-version', (json) => ({ ...json, tcbType: 1 })],
    ['of the future', 'tdx-collateral-not-yet-valid', (json) => ({ ...json, issueDate: iso(1) })],
    ['that is out of date', 'tdx-collateral-expired', (json) => ({ ...json, nextUpdate: iso(-1) })],
    ['of other machines', 'tdx-fmspc-mismatch', (json) => ({ ...json, fmspc: '00906ED50000' })],
    ['of another PCE', 'tdx-pce-mismatch', (json) => ({ ...json, pceId: '0100' })],
    ['without an FMSPC', 'tdx-collateral-malformed', ({ fmspc: _, ...json }) => json],
    ['with an FMSPC that is too short', 'tdx-collateral-malformed', (json) => ({ ...json, fmspc: '00' })],
    ['with an FMSPC that is a number', 'tdx-collateral-malformed', (json) => ({ ...json, fmspc: 7 })],
    [
      'with a day that is none',
      'tdx-collateral-malformed',
      (json) => ({ ...json, nextUpdate: '2026-02-30T00:00:00Z' }),
    ],
    [
      'with a time of no zone',
      'tdx-collateral-malformed',
      (json) => ({ ...json, issueDate: '2026-06-01T00:00:00' }),
    ],
    ['with levels that are no list', 'tdx-collateral-malformed', (json) => ({ ...json, tcbLevels: {} })],
    ['with a level that is no object', 'tdx-collateral-malformed', (json) => ({ ...json, tcbLevels: [1] })],
    [
      'with a status that we do not know',
      'tdx-collateral-malformed',
      (json) => ({ ...json, tcbLevels: json.tcbLevels.map((level) => ({ ...level, tcbStatus: 'Fine' })) }),
    ],
    [
      'with advisories that are no text',
      'tdx-collateral-malformed',
      (json) => ({ ...json, tcbLevels: json.tcbLevels.map((level) => ({ ...level, advisoryIDs: [1] })) }),
    ],
    [
      'with fifteen components',
      'tdx-collateral-malformed',
      (json) => ({
        ...json,
        tcbLevels: json.tcbLevels.map((level) => ({
          ...level,
          tcb: { ...level.tcb, tdxtcbcomponents: level.tcb.tdxtcbcomponents.slice(1) },
        })),
      }),
    ],
    [
      'with a number that is too large',
      'tdx-collateral-malformed',
      (json) => ({ ...json, tcbEvaluationDataNumber: 2 ** 40 }),
    ],
    ['that is a list', 'tdx-collateral-malformed', () => [1]],
  ])('%s', async (_, code, tcbInfo) => {
    expect(await codesOf({ tcbInfo })).toEqual([`collateral: ${code}`]);
  });
});

describe('a QE identity is refused', () => {
  type Change = Parameters<NonNullable<Parts['qeIdentity']>>[0];
  it.each<[string, string, (json: Change) => unknown]>([
    ["of SGX's quoting enclave", 'tdx-collateral-version', (json) => ({ ...json, id: 'QE' })],
    ['of version 1', 'tdx-collateral-version', (json) => ({ ...json, version: 1 })],
    ['of the future', 'tdx-collateral-not-yet-valid', (json) => ({ ...json, issueDate: iso(1) })],
    ['that is out of date', 'tdx-collateral-expired', (json) => ({ ...json, nextUpdate: iso(-1) })],
    ['without a signer', 'tdx-collateral-malformed', ({ mrsigner: _, ...json }) => json],
  ])('%s', async (_, code, qeIdentity) => {
    expect(await codesOf({ qeIdentity })).toEqual([`collateral: ${code}`]);
  });
});

describe('the signature of collateral', () => {
  const withParts = async (parts: (collateral: TdxCollateral) => Partial<TdxCollateral>) =>
    codesOf({ collateral: parts(await makeCollateral(await standardPki())) });

  it('must be over these very bytes', async () => {
    const { signer } = await standardPki();
    const tcbInfo = await signJson('tcbInfo', tcbInfoJson(), signer);
    const changed = new TextEncoder().encode(
      new TextDecoder().decode(tcbInfo).replace('UpToDate', 'UptoDate'),
    );
    expect(await codesOf({ collateral: { tcbInfo: changed } })).toEqual([
      'collateral: tdx-collateral-bad-signature',
    ]);
    expect(await withParts(({ tcbInfo: own }) => ({ qeIdentity: own }))).toEqual([
      'collateral: tdx-collateral-malformed',
    ]);
  });

  it.each<[string, (text: string) => string]>([
    ['space before it', (text) => ` ${text}`],
    ['fields after it', (text) => text.replace(/\}$/, ',"more":1}')],
    ['no signature', (text) => text.replace(/,"signature".*/, '}')],
    [
      'its signature in upper case',
      (text) => text.replace(/[0-9a-f]{128}/, (digits) => `A${digits.slice(1).toUpperCase()}`),
    ],
    ['three line ends', (text) => `${text}\n\n\n`],
    ['nothing inside', () => '{"tcbInfo":}'],
  ])('must be where Intel puts it: refused with %s', async (_, change) => {
    const { signer } = await standardPki();
    const text = new TextDecoder().decode(await signJson('tcbInfo', tcbInfoJson(), signer));
    const tcbInfo = new TextEncoder().encode(change(text));
    expect(await codesOf({ collateral: { tcbInfo } })).toEqual(['collateral: tdx-collateral-malformed']);
  });

  it('may be followed by a line end', async () => {
    expect(await withParts(({ tcbInfo }) => ({ tcbInfo: Uint8Array.of(...tcbInfo, 0x0d, 0x0a) }))).toEqual(
      [],
    );
  });

  it('over something that is no JSON, or no UTF-8, or too long, helps nobody', async () => {
    const { signer } = await standardPki();
    for (const text of ['{"id":', '{} {}']) {
      const tcbInfo = await signText('tcbInfo', text, signer);
      expect(await codesOf({ collateral: { tcbInfo } })).toEqual(['collateral: tdx-collateral-malformed']);
    }
    const long = new Uint8Array(1024 * 1024 + 1);
    expect(await codesOf({ collateral: { tcbInfo: long } })).toEqual([
      'collateral: tdx-collateral-malformed',
    ]);
  });

  it.each<[string, string, Parameters<typeof issue>[0]]>([
    ['of another name', 'tdx-chain-mixed', { name: 'Intel SGX PCK Certificate' }],
    ['that expired', 'tdx-chain-expired', { ...SIGNER, notAfter: new Date(NOW.getTime() - DAY) }],
    ['of the future', 'tdx-chain-not-yet-valid', { ...SIGNER, notBefore: new Date(NOW.getTime() + DAY) }],
    ['that is an authority', 'tdx-certificate-malformed', { ...SIGNER, authority: true }],
  ])('must be of a signer: refused by one %s', async (_, code, parts) => {
    const { root } = await standardPki();
    const signer = await issue(parts, root);
    const collateral = {
      tcbInfo: await signJson('tcbInfo', tcbInfoJson(), signer),
      tcbInfoSigner: signer.der,
    };
    expect(await codesOf({ collateral })).toEqual([`collateral: ${code}`]);
  });

  it('must be of a signer under the same root', async () => {
    const { signer } = await makePki();
    const collateral = {
      qeIdentity: await signJson('enclaveIdentity', qeIdentityJson(), signer),
      qeIdentitySigner: signer.der,
    };
    expect(await codesOf({ collateral })).toEqual(['collateral: tdx-chain-bad-signature']);
    const junk = { qeIdentitySigner: new Uint8Array(40) };
    expect(await codesOf({ collateral: junk })).toEqual(['collateral: tdx-certificate-malformed']);
  });
});
