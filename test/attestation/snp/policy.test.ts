import { describe, expect, it } from 'vitest';
import { type SnpPolicy, type TcbMinima, verifySession } from '../../../attestation/index.js';
import type { SnpReport } from '../../../attestation/snp/abi/index.js';
import { CHIPS, failures, goodReport, MEASUREMENT, session } from '../fixture.js';

const { policy: launched } = goodReport(CHIPS.Milan);
const { tcb } = CHIPS.Milan;
const some = (bytes: number) => new Uint8Array(bytes).fill(0x11);

async function failuresOf(report: Partial<SnpReport>, policy: Partial<SnpPolicy> = {}) {
  const verification = { policy: { measurements: [MEASUREMENT], ...policy } };
  return failures(await verifySession(await session({ report, verification })));
}

const MINIMA: TcbMinima = { launch: tcb, reported: tcb, committed: tcb, current: tcb };
const higher = { ...tcb, microcode: tcb.microcode + 1 };

describe('a guest is accepted', () => {
  it.each<[string, Partial<SnpReport>, Partial<SnpPolicy>]>([
    ['at exactly its four minima', {}, { minimumTcb: { Milan: MINIMA } }],
    [
      'with the host data, ID key and author key of a list',
      { hostData: some(32), idKeyDigest: some(48), authorKeyDigest: some(48) },
      {
        hostData: [new Uint8Array(32), some(32)],
        idKeyDigests: [some(48)],
        authorKeyDigests: [some(48)],
      },
    ],
    ['at the GUEST_SVN asked for', { guestSvn: 7 }, { minimumGuestSvn: 7 }],
    [
      'as strict as asked for',
      { policy: { ...launched, smt: false, singleSocket: true, abiMajor: 1, abiMinor: 55 } },
      { guest: { singleSocket: 'required', smt: 'forbidden', minimumAbi: { major: 1, minor: 55 } } },
    ],
    [
      'of a later ABI than asked for',
      { policy: { ...launched, abiMajor: 2 } },
      { guest: { singleSocket: 'not-required', smt: 'allowed', minimumAbi: { major: 1, minor: 55 } } },
    ],
    ['on a product line of the list', {}, { products: ['Genoa', 'Milan'] }],
  ])('%s', async (_, report, policy) => {
    expect(await failuresOf(report, policy)).toEqual([]);
  });
});

describe('a guest is refused', () => {
  const guest = { singleSocket: 'not-required', smt: 'allowed', minimumAbi: { major: 0, minor: 0 } } as const;
  it.each<[string, string, Partial<SnpReport>, Partial<SnpPolicy>]>([
    [
      'on several sockets',
      'guest-policy: policy-single-socket',
      {},
      { guest: { ...guest, singleSocket: 'required' } },
    ],
    ['with SMT', 'guest-policy: policy-smt', {}, { guest: { ...guest, smt: 'forbidden' } }],
    [
      'of an older ABI',
      'guest-policy: policy-abi',
      { policy: { ...launched, abiMajor: 1, abiMinor: 54 } },
      { guest: { ...guest, minimumAbi: { major: 1, minor: 55 } } },
    ],
    [
      'of an older major ABI',
      'guest-policy: policy-abi',
      { policy: { ...launched, abiMajor: 1, abiMinor: 99 } },
      { guest: { ...guest, minimumAbi: { major: 2, minor: 0 } } },
    ],
    ['with host data that nobody asked for', 'configuration: policy-host-data', { hostData: some(32) }, {}],
    ['without the host data of the list', 'configuration: policy-host-data', {}, { hostData: [some(32)] }],
    ['with an ID key that nobody asked for', 'configuration: policy-id-key', { idKeyDigest: some(48) }, {}],
    ['without the ID key of the list', 'configuration: policy-id-key', {}, { idKeyDigests: [some(48)] }],
    [
      'with an author key that nobody asked for',
      'configuration: policy-author-key',
      { authorKeyDigest: some(48) },
      {},
    ],
    [
      'below the GUEST_SVN asked for',
      'configuration: policy-guest-svn',
      { guestSvn: 6 },
      { minimumGuestSvn: 7 },
    ],
    ['on a product line that is not on the list', 'minimum-tcb: policy-product', {}, { products: ['Turin'] }],
    ...(['launch', 'reported', 'committed', 'current'] as const).map(
      (name): [string, string, Partial<SnpReport>, Partial<SnpPolicy>] => [
        `below the minimum of its ${name} TCB`,
        'minimum-tcb: policy-minimum-tcb',
        {},
        { minimumTcb: { Milan: { ...MINIMA, [name]: higher } } },
      ],
    ),
  ])('%s', async (_, expected, report, policy) => {
    expect(await failuresOf(report, policy)).toEqual([expected]);
  });
});

describe('a policy that could accept nothing, or anything by mistake, is refused', () => {
  it.each<[string, Partial<SnpPolicy>]>([
    ['no product', { products: [] }],
    ['no cloud provider', { vlek: { cloudProviders: [] } }],
    ['no host data', { hostData: [] }],
    ['short host data', { hostData: [some(31)] }],
    ['no ID key', { idKeyDigests: [] }],
    ['a short ID key', { idKeyDigests: [some(32)] }],
    ['a short author key', { authorKeyDigests: [some(32)] }],
    ['a GUEST_SVN below 0', { minimumGuestSvn: -1 }],
    ['a GUEST_SVN of more than 32 bits', { minimumGuestSvn: 2 ** 32 }],
    ['a GUEST_SVN that is no whole number', { minimumGuestSvn: 1.5 }],
  ])('%s', async (_, policy) => {
    await expect(failuresOf({}, policy)).rejects.toMatchObject({ code: 'policy-invalid' });
  });
});
