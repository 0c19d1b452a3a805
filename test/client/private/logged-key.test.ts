import { beforeAll, describe, expect, it } from 'vitest';
import { type Fetch, GatewayKey } from '../../../client/index.js';
import type { LedgerPolicy } from '../../../ledger/index.js';
import { encodeKeyConfigList, generateKemKeyPair, KEM_X25519, OFFERED_SUITES } from '../../../wire/index.js';
import { gatewayKey, idOf, NOW, release, signed, signer, World } from '../../ledger/fixture.js';

const PROOF = 'https://relay.example/ohttp-keys/proof';
const { publicKey } = generateKemKeyPair(KEM_X25519);
const LIST = encodeKeyConfigList([{ keyId: 7, kem: KEM_X25519, publicKey, suites: OFFERED_SUITES }]);
const ENTRY = signed(gatewayKey(LIST), 'gateway');

let world: World;
let bundle: Uint8Array;
let policy: LedgerPolicy;
beforeAll(async () => {
  world = await World.start();
  bundle = await world.bundle(ENTRY);
  policy = world.policy;
});

interface Shown {
  readonly body?: Uint8Array;
  readonly status?: number;
  readonly gateway?: string;
  readonly ledger?: LedgerPolicy;
  readonly time?: number;
}

function key({
  body = bundle,
  status = 200,
  gateway = 'gateway.example',
  ledger = policy,
  time = NOW,
}: Shown = {}) {
  const fetch: Fetch = async (url, init) => {
    expect([url, init.credentials, init.cache]).toEqual([PROOF, 'omit', 'no-store']);
    return new Response(Buffer.from(body), { status, headers: { 'content-type': 'application/cbor' } });
  };
  return new GatewayKey(fetch, { proof: PROOF, gateway, ledger }, () => new Date(time));
}

describe("the gateway's key, from the log", () => {
  it('is the one that everybody can see there: one source is enough', async () => {
    expect(await key().current()).toMatchObject({ keyId: 7, publicKey });
  });

  it.each<[string, () => Promise<Shown> | Shown, string]>([
    ['it is of another gateway', () => ({ gateway: 'other.example' }), 'entry-subject'],
    [
      'the entry is a release',
      async () => ({ body: await world.bundle(signed(release('9'), 'ada', 'mary')) }),
      'entry-type',
    ],
    ['the view is older than the policy takes', () => ({ time: NOW + 3601_000 }), 'checkpoint-stale'],
    ['the view is of tomorrow', () => ({ time: NOW - 3_000_000 }), 'checkpoint-future'],
    [
      'too few witnesses have seen it',
      () => ({ ledger: { ...policy, witnesses: policy.witnesses.slice(1), quorum: 2 } }),
      'policy-quorum',
    ],
    [
      'it is of another log',
      () => ({ ledger: { ...policy, log: { ...policy.log, publicKey: signer('eve').publicKey } } }),
      'note-bad-signature',
    ],
    ['the proof is damaged', () => ({ body: changed(bundle) }), ''],
    ['there is no proof', () => ({ body: new Uint8Array(0) }), 'bundle-malformed'],
  ])('is refused when %s, with the code of the log', async (_, shown, detail) => {
    const refused = { code: 'ledger-refused', ...(detail ? { detail } : {}) };
    await expect(key(await shown()).current()).rejects.toMatchObject(refused);
  });

  it('is refused once it was revoked, and no older view of the log brings it back for longer than it is fresh', async () => {
    const other = await World.start();
    const before = await other.bundle(ENTRY);
    await other.log.append(
      signed({ type: 'revocation', critical: true, manifest: idOf(ENTRY), reason: 'lost' }, 'ada', 'grace'),
    );
    const after = await other.bundleAt(1);
    const ledger = other.policy;
    expect(await key({ body: before, ledger }).current()).toMatchObject({ keyId: 7 });
    await expect(key({ body: after, ledger }).current()).rejects.toMatchObject({
      code: 'ledger-refused',
      detail: 'entry-revoked',
    });
  });

  it('is not known when the relay does not answer', async () => {
    await expect(key({ status: 503 }).current()).rejects.toMatchObject({ code: 'server-refused' });
  });
});

function changed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length >> 1]! ^= 1;
  return copy;
}
