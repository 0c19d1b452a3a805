import { bytesToHex } from '@noble/hashes/utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreedDirectory, type DirectoryRoute } from '../../../client/wallet/directory.js';
import { type DirectoryKey, encodeDirectory } from '../../../wire/index.js';
import { TestIssuer } from '../../edge/issuer/fixture.js';
import { idOf, issuerKey, NOW, signed, World } from '../../ledger/fixture.js';

const NOW_S = NOW / 1000;
const NAME = 'issuer.example';

let issuer: TestIssuer;
let world: World;
let key: DirectoryKey;
let entry: Uint8Array;
let proof: Uint8Array;

beforeAll(async () => {
  issuer = await new TestIssuer().start();
  const [first] = await issuer.keys();
  key = { ...first!, notBefore: NOW_S - 10, notAfter: NOW_S + 1000 };
  world = await World.start();
  entry = signed(issuerKey(bytesToHex(key.key.id)), 'issuer');
  proof = await world.bundle(entry);
});
afterAll(() => issuer.end());

function agreed(shown: { readonly proof?: Uint8Array; readonly name?: string; readonly now?: number }) {
  const { name = NAME, now = NOW_S, ...given } = shown;
  const route: DirectoryRoute = async () =>
    encodeDirectory({ requestUri: '/token-request', keys: [{ ...key, ...given }] });
  return agreedDirectory([route, route], now, undefined, { name, ledger: world.policy });
}

describe("the issuer's key, with the log's proof", () => {
  it('is taken when the log has it for this issuer', async () => {
    const { issuing } = await agreed({ proof });
    expect(bytesToHex(issuing.key.id)).toBe(bytesToHex(key.key.id));
  });

  const other = async () => world.bundle(signed(issuerKey('5a'.repeat(32)), 'issuer'));
  it.each<[string, () => Promise<Parameters<typeof agreed>[0]>, string]>([
    ['no proof comes along', async () => ({}), 'bundle-missing'],
    ['the proof is of another key', async () => ({ proof: await other() }), 'entry-subject'],
    ['the proof is of another issuer', async () => ({ proof, name: 'other.example' }), 'entry-subject'],
    ['the proof is no bundle', async () => ({ proof: Uint8Array.of(1, 2, 3) }), 'bundle-malformed'],
  ])('is refused when %s', async (_, shown, detail) => {
    await expect(agreed(await shown())).rejects.toMatchObject({ code: 'ledger-refused', detail });
  });

  it('is refused once it was revoked', async () => {
    const revocation = { type: 'revocation', critical: true, manifest: idOf(entry), reason: 'lost' };
    await world.log.append(signed(revocation, 'ada', 'grace'));
    const after = await world.bundleAt(1);
    await expect(agreed({ proof: after })).rejects.toMatchObject({
      code: 'ledger-refused',
      detail: 'entry-revoked',
    });
  });
});
