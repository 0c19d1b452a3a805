/** What the log shows of a machine's software, once its proof was verified. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { LedgerPolicy } from '../../client/index.js';
import { requireLoggedRelease, shownRelease } from '../../client/ledger.js';
import { idOf, measurementOf, NOW, ORIGIN, release, signed, World } from '../ledger/fixture.js';

const ENTRY = signed(release('9.1.0'), 'ada', 'mary');
const verdict = (version: string) => ({
  ok: true,
  checks: [],
  platform: 'sev-snp' as const,
  simulated: false,
  measurement: Buffer.from(measurementOf(version), 'hex'),
});

let world: World;
let bundle: Uint8Array;
beforeAll(async () => {
  world = await World.start();
  bundle = await world.bundle(ENTRY);
});

const found = async (version: string, policy: LedgerPolicy = world.policy) =>
  requireLoggedRelease(await shownRelease(bundle, policy, new Date(NOW)), verdict(version));

describe('a release that the log shows', () => {
  it('is told by its version, its place, and who has seen it there', async () => {
    expect(await found('9.1.0')).toEqual({
      version: '9.1.0',
      id: idOf(ENTRY),
      origin: ORIGIN,
      index: 1,
      size: 2,
      witnesses: ['one', 'two'].map((name) => ({ name: `witness.example/${name}`, time: NOW / 1000 })),
    });
  });

  it('has only the witnesses of the policy, whoever else signed', async () => {
    const policy = { ...world.policy, witnesses: world.policy.witnesses.slice(1), quorum: 1 };
    const { witnesses } = await found('9.1.0', policy);
    expect(witnesses.map(({ name }) => name)).toEqual(['witness.example/two']);
  });

  it('is refused to a machine of another measurement', async () => {
    await expect(found('9.2.0')).rejects.toMatchObject({ code: 'ledger-refused', detail: 'entry-subject' });
  });
});
