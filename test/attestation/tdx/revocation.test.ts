import 'reflect-metadata';
import { Extension } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { verifyTdxQuote } from '../../../attestation/tdx/index.js';
import { machine, type Parts, standardPki } from './machine/index.js';
import { DAY, generateKeys, makeCrl, NOW } from './machine/pki.js';
import { failures } from './results.js';

const codesOf = async (parts: Parts) => failures(await verifyTdxQuote(await machine(parts)));

describe('revocation', () => {
  it.each(['authority', 'signer'] as const)('of the %s is found on the list of the root', async (member) => {
    const pki = await standardPki();
    const rootCrl = await makeCrl(pki.root, { revoked: [pki[member]] });
    expect(await codesOf({ collateral: { rootCrl } })).toEqual(['revocation: tdx-certificate-revoked']);
  });

  it('of the PCK is found on the list of its authority, among others', async () => {
    const pki = await standardPki();
    const pckCrl = await makeCrl(pki.authority, { revoked: [pki.signer, pki.pck, pki.root] });
    expect(await codesOf({ collateral: { pckCrl } })).toEqual(['revocation: tdx-certificate-revoked']);
  });

  it('of others does not matter', async () => {
    const pki = await standardPki();
    const pckCrl = await makeCrl(pki.authority, { revoked: [pki.root] });
    expect(await codesOf({ collateral: { pckCrl } })).toEqual([]);
  });

  type Crl = Parameters<typeof makeCrl>[1];
  it.each<[string, string, () => Promise<Crl>]>([
    ['of the future', 'tdx-crl-not-yet-valid', async () => ({ thisUpdate: new Date(NOW.getTime() + DAY) })],
    ['out of date', 'tdx-crl-expired', async () => ({ nextUpdate: new Date(NOW.getTime() - 1000) })],
    [
      'of another key',
      'tdx-crl-bad-signature',
      async () => ({ signedBy: (await generateKeys()).privateKey }),
    ],
  ])('is not settled by a list %s', async (_, code, parts) => {
    const pki = await standardPki();
    const expected = [`revocation: ${code}`];
    expect(await codesOf({ collateral: { pckCrl: await makeCrl(pki.authority, await parts()) } })).toEqual(
      expected,
    );
    expect(await codesOf({ collateral: { rootCrl: await makeCrl(pki.root, await parts()) } })).toEqual(
      expected,
    );
  });

  it("is not settled by another authority's list, nor by no list", async () => {
    const pki = await standardPki();
    const mixed = { pckCrl: await makeCrl(pki.root) };
    expect(await codesOf({ collateral: mixed })).toEqual(['revocation: tdx-crl-mixed']);
    const none = { rootCrl: new Uint8Array(0) };
    expect(await codesOf({ collateral: none })).toEqual(['revocation: tdx-crl-malformed']);
    const long = { rootCrl: new Uint8Array(1024 * 1024 + 1) };
    expect(await codesOf({ collateral: long })).toEqual(['revocation: tdx-crl-malformed']);
  });

  it('is not settled by a list that says it is not the whole list', async () => {
    const pki = await standardPki();
    const delta = new Extension('2.5.29.27', true, Uint8Array.of(2, 1, 1));
    const rootCrl = await makeCrl(pki.root, { extensions: [delta] });
    expect(await codesOf({ collateral: { rootCrl } })).toEqual(['revocation: tdx-crl-malformed']);
  });
});
