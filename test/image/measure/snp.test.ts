import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSnpFirmware } from '../../../image/measure/firmware/snp.js';
import { snpLaunchDigest } from '../../../image/measure/snp/launch.js';
import { AMD_SEV, testFirmware } from './firmware.js';

const PEER = 'sev-snp-measure==0.0.13';
const folder = mkdtempSync(join(tmpdir(), 'sotto-measure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const boot = {
  kernel: Buffer.from('a kernel that is none'),
  initrd: Buffer.alloc(0),
  commandLine: 'console=ttyS0 roothash=00',
};

const cpus = ['EPYC-v4', 'EPYC-Rome', 'EPYC-Milan', 'EPYC-Genoa', 'EPYC-Turin'];
const firmwares = {
  'with kernel hashes': AMD_SEV,
  'with an SVSM page': {
    size: 0x10000,
    hashesAt: 0,
    sections: [
      [0x80f000, 0x1000, 4],
      [0x80d000, 0x1000, 2],
    ],
  },
} as const;
const combinations = cpus.flatMap((cpu) =>
  [1, 2, 8].flatMap((vcpus) =>
    (Object.keys(firmwares) as (keyof typeof firmwares)[]).flatMap((name) =>
      (name === 'with kernel hashes' ? [false, true] : [false]).map((hashes) => ({
        cpu,
        vcpus,
        name,
        hashes,
      })),
    ),
  ),
);

/** One process computes all, through the package's own functions. */
const script = `
import json, sys
from sevsnpmeasure import guest, vcpu_types
from sevsnpmeasure.sev_mode import SevMode
for c in json.load(sys.stdin):
    print(guest.calc_launch_digest(SevMode.SEV_SNP, c['vcpus'], vcpu_types.CPU_SIGS[c['cpu']], c['firmware'],
          c['kernel'], c['initrd'], c['append'], 0x1).hex())
`;

const venv = join(folder, 'venv');
const made =
  spawnSync('python3', ['-m', 'venv', venv]).status === 0 &&
  spawnSync(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', PEER]).status ===
    0;
if (!made)
  console.warn(`NOT RUN: the comparison with ${PEER}: Python 3 with venv, or the package, is not to be had`);

describe('the SNP launch digest', () => {
  let peer: string[];
  beforeAll(() => {
    if (!made) return;
    writeFileSync(join(folder, 'kernel'), boot.kernel);
    writeFileSync(join(folder, 'initrd'), boot.initrd);
    for (const [name, parts] of Object.entries(firmwares))
      writeFileSync(join(folder, name), testFirmware(parts));
    const input = combinations.map(({ cpu, vcpus, name, hashes }) => ({
      cpu,
      vcpus,
      firmware: join(folder, name),
      kernel: hashes ? join(folder, 'kernel') : null,
      initrd: hashes ? join(folder, 'initrd') : null,
      append: hashes ? boot.commandLine : null,
    }));
    const { status, stdout, stderr } = spawnSync(join(venv, 'bin', 'python'), ['-c', script], {
      input: JSON.stringify(input),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    peer = stdout.trim().split('\n');
  });

  it.skipIf(!made).each(combinations.map((combination, i) => ({ ...combination, i })))(
    `is what ${PEER} computes: $cpu, $vcpus vCPUs, firmware $name, hashes $hashes`,
    ({ cpu, vcpus, name, hashes, i }) => {
      const firmware = readSnpFirmware(testFirmware(firmwares[name]));
      const digest = snpLaunchDigest({ firmware, cpu, vcpus, ...(hashes ? { boot } : {}) });
      expect(digest.toString('hex')).toBe(peer[i]);
    },
  );

  const launch = { firmware: readSnpFirmware(testFirmware(AMD_SEV)), cpu: 'EPYC-Milan', vcpus: 2, boot };

  it.each([
    ['the kernel', { boot: { ...boot, kernel: Buffer.from('another') } }],
    ['the initrd', { boot: { ...boot, initrd: Buffer.from('one') } }],
    ['the command line', { boot: { ...boot, commandLine: `${boot.commandLine} init=/bin/sh` } }],
    ['the number of vCPUs', { vcpus: 3 }],
    ['the CPU model', { cpu: 'EPYC-Genoa' }],
  ])('depends on %s', (_, change) => {
    expect(snpLaunchDigest({ ...launch, ...change })).not.toEqual(snpLaunchDigest(launch));
  });

  it.each([
    ['a CPU model that there is not', { cpu: 'EPYC-Paris' }, 'cpu-unknown'],
    ['no vCPU', { vcpus: 0 }, 'vcpus-out-of-range'],
    [
      'a kernel, and firmware that checks none',
      { firmware: readSnpFirmware(testFirmware({ sections: [[0x800000, 0x1000, 1]] })) },
      'firmware-no-kernel-hashes',
    ],
  ])('is refused for %s', (_, change, code) => {
    expect(() => snpLaunchDigest({ ...launch, ...change })).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['no firmware at all', Buffer.alloc(64), 'firmware-malformed'],
    ['an empty file', Buffer.alloc(0), 'firmware-malformed'],
    ['a section of an unknown kind', testFirmware({ sections: [[0x1000, 0x1000, 9]] }), 'firmware-malformed'],
    ['a section of half a page', testFirmware({ sections: [[0x1000, 0x800, 1]] }), 'firmware-malformed'],
  ])('is refused for %s', (_, bytes, code) => {
    expect(() => readSnpFirmware(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
