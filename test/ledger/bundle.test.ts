import { hexToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acceptBundle,
  type LedgerPolicy,
  requireGatewayKey,
  requireIssuerKey,
  requireRelease,
  verifierKey,
} from '../../ledger/index.js';
import {
  gatewayKey,
  idOf,
  issuerKey,
  keySet,
  measurementOf,
  NOW,
  release,
  signed,
  signer,
  simulatedRelease,
  World,
} from './fixture.js';

const at = (seconds: number): Date => new Date(NOW + seconds * 1000);
const now = at(0);
const measured = (version: string, simulated = false) => ({
  measurement: hexToBytes(measurementOf(version)),
  simulated,
});

describe('A release in the log', () => {
  let world: World;
  let bundle: Uint8Array;
  let policy: LedgerPolicy;

  beforeAll(async () => {
    world = await World.start();
    bundle = await world.bundle(signed(release('1.0.0'), 'ada', 'mary'));
    policy = world.policy;
  });

  it('is accepted from its bundle alone', async () => {
    const verified = await acceptBundle(bundle, policy, now);
    expect(verified).toMatchObject({ index: 1, checkpoint: { size: 2, origin: 'log.example/sotto' } });
    expect(() => requireRelease(verified, measured('1.0.0'))).not.toThrow();
  });

  it('is of its own VM only', async () => {
    const verified = await acceptBundle(bundle, policy, now);
    const refused = { code: 'entry-subject' };
    expect(() => requireRelease(verified, measured('1.0.1'))).toThrowError(expect.objectContaining(refused));
    const tdx = { measurement: new Uint8Array(48), rtmrs: [], simulated: false };
    expect(() => requireRelease(verified, tdx)).toThrowError(expect.objectContaining(refused));
    const wrong = { code: 'entry-type' };
    expect(() => requireGatewayKey(verified, 'x', new Uint8Array(1))).toThrowError(
      expect.objectContaining(wrong),
    );
    expect(() => requireIssuerKey(verified, 'x', new Uint8Array(32))).toThrowError(
      expect.objectContaining(wrong),
    );
  });

  it.each([
    ['nothing came along', () => [undefined, policy, now], 'bundle-missing'],
    [
      'too few witnesses saw it',
      () => [
        bundle,
        {
          ...policy,
          witnesses: [policy.witnesses[0]!, verifierKey('w', 'cosignature', signer('three').publicKey)],
        },
        now,
      ],
      'witness-quorum',
    ],
    [
      'one witness is named twice',
      () => [bundle, { ...policy, witnesses: [policy.witnesses[0]!, policy.witnesses[0]!] }, now],
      'policy-duplicate-witness',
    ],
    [
      'one key has two names',
      () => [
        bundle,
        {
          ...policy,
          witnesses: [
            policy.witnesses[0]!,
            verifierKey('other', 'cosignature', policy.witnesses[0]!.publicKey),
          ],
        },
        now,
      ],
      'policy-duplicate-witness',
    ],
    [
      'the log is its own witness',
      () => [
        bundle,
        {
          ...policy,
          witnesses: [policy.witnesses[0]!, verifierKey('other', 'cosignature', policy.log.publicKey)],
        },
        now,
      ],
      'policy-duplicate-witness',
    ],
    ['the quorum is more than there are', () => [bundle, { ...policy, quorum: 3 }, now], 'policy-quorum'],
    ['no witness is asked for', () => [bundle, { ...policy, quorum: 0 }, now], 'policy-quorum'],
    [
      'a key is of the wrong kind',
      () => [bundle, { ...policy, log: policy.witnesses[0]! }, now],
      'policy-malformed',
    ],
    ['the view is older than the policy takes', () => [bundle, policy, at(3601)], 'checkpoint-stale'],
    ['the view is of the future', () => [bundle, policy, at(-301)], 'checkpoint-future'],
    [
      'the release has expired',
      () => [bundle, { ...policy, freshnessSeconds: 1e6 }, at(86_400)],
      'entry-expired',
    ],
    [
      'another log is asked for',
      () => [
        bundle,
        { ...policy, log: verifierKey('log.example/sotto', 'note', signer('x').publicKey) },
        now,
      ],
      'note-unknown-key',
    ],
    [
      'other maintainers are asked for',
      () => [bundle, { ...policy, keys: '00'.repeat(32) }, now],
      'keys-genesis',
    ],
  ] as const)('is refused when %s', async (_, make, code) => {
    const [bytes, held, when] = make() as unknown as readonly [Uint8Array | undefined, LedgerPolicy, Date];
    await expect(acceptBundle(bytes, held, when)).rejects.toMatchObject({ code });
  });
});

describe('What the log says later', () => {
  it('takes a release back', async () => {
    const world = await World.start();
    const entry = signed(release('1.0.0'), 'ada', 'mary');
    const { index } = await world.log.append(entry);
    const revocation = { type: 'revocation', critical: true, manifest: idOf(entry), reason: 'leaks' };
    await world.log.append(signed(revocation, 'grace', 'mary'));
    await expect(acceptBundle(await world.bundleAt(index), world.policy, now)).rejects.toMatchObject({
      code: 'entry-revoked',
    });
  });

  it('replaces the maintainers', async () => {
    const world = await World.start();
    const old = await world.log.append(signed(release('1.0.0'), 'ada', 'mary'));
    await expect(world.log.append(signed(keySet(['mary', 'joan']), 'mary', 'joan'))).rejects.toMatchObject({
      code: 'signature-threshold',
    });
    await world.log.append(signed(keySet(['mary', 'joan']), 'ada', 'mary', 'joan'));
    await expect(world.log.append(signed(release('2.0.0'), 'ada', 'mary'))).rejects.toMatchObject({
      code: 'signature-unknown-key',
    });
    const fresh = await world.log.append(signed(release('2.0.0'), 'joan', 'mary'));
    for (const { index } of [old, fresh]) {
      await expect(acceptBundle(await world.bundleAt(index), world.policy, now)).resolves.toMatchObject({
        index,
      });
    }
  });

  it('has one key of a gateway and an issuer at a time', async () => {
    const world = await World.start();
    const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)];
    const bundle = await world.bundle(signed(gatewayKey(first), 'gateway'));
    requireGatewayKey(await acceptBundle(bundle, world.policy, now), 'gateway.example', first);
    const next = await world.log.append(signed(gatewayKey(second), 'gateway'));
    const late = await world.bundleAt(1);
    await expect(acceptBundle(late, world.policy, now)).rejects.toMatchObject({ code: 'entry-superseded' });
    const verified = await acceptBundle(await world.bundleAt(next.index), world.policy, now);
    requireGatewayKey(verified, 'gateway.example', second);
    expect(() => requireGatewayKey(verified, 'gateway.example', first)).toThrowError(
      expect.objectContaining({ code: 'entry-subject' }),
    );
    const id = 'ab'.repeat(32);
    const issued = await acceptBundle(await world.bundle(signed(issuerKey(id), 'issuer')), world.policy, now);
    requireIssuerKey(issued, 'issuer.example', hexToBytes(id));
    for (let i = 3; i < 8; i++)
      await world.log.append(
        signed(gatewayKey(Uint8Array.of(i), { notBefore: '2026-06-01T12:10:00Z' }), 'gateway'),
      );
    await expect(acceptBundle(await world.bundleAt(next.index), world.policy, now)).rejects.toMatchObject({
      code: 'entry-unlisted',
    });
  });

  it('has simulations, which no real VM may name', async () => {
    const world = await World.start();
    const simulation = signed(simulatedRelease('1.0.0', measurementOf('1.0.0')), 'ada', 'mary');
    const verified = await acceptBundle(await world.bundle(simulation), world.policy, now);
    expect(() => requireRelease(verified, measured('1.0.0', true))).not.toThrow();
    expect(() => requireRelease(verified, measured('1.0.0'))).toThrowError(
      expect.objectContaining({ code: 'entry-simulated' }),
    );
  });
});
