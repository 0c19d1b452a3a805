/** What we compute of a boot before it happens, beside what OVMF and systemd's stub wrote down when it happened. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOfDisk } from '../../../image/boot/disk.js';
import { Guest, probeAccelerator } from '../../../image/boot/qemu.js';
import { BOOT_MS, imageFiles } from '../../../image/boot/session.js';
import {
  type BootEvent,
  type BootedImage,
  kernelEvents,
  loaderEvents,
  stubEvents,
} from '../../../image/measure/boot-events.js';
import { findLog, saveMemory, type TpmEvent } from './tpm-log.js';

/** QEMU's guests of `Guest` have so much, all of it below the gap for devices. */
const MEMORY = 2 ** 31;
/** TCG's numbers. */
const ALGORITHMS = [
  ['sha256', 11],
  ['sha384', 12],
] as const;

const files = imageFiles('test');
const folder = mkdtempSync(join(tmpdir(), 'sotto-tpm-'));
const image: BootedImage = { uki: readFileSync(files.uki), diskStart: startOfDisk(files.disk) };
let tpm: ChildProcess;
let guest: Guest;
let log: readonly TpmEvent[];

beforeAll(async () => {
  const [tpmSocket, control] = [join(folder, 'tpm.sock'), join(folder, 'qmp.sock')];
  tpm = spawn('swtpm', [
    ...['socket', '--tpm2', '--tpmstate', `dir=${folder}`],
    ...['--ctrl', `type=unixio,path=${tpmSocket}`, '--flags', 'startup-clear'],
  ]);
  tpm.once('error', () => undefined);
  while (!existsSync(tpmSocket)) {
    if (tpm.exitCode !== null || tpm.pid === undefined)
      throw new Error('swtpm is missing: apt-get install swtpm');
    await sleep(50);
  }
  const extra = [
    ...['-chardev', `socket,id=tpm,path=${tpmSocket}`, '-tpmdev', 'emulator,id=tpm0,chardev=tpm'],
    ...['-device', 'tpm-crb,tpmdev=tpm0', '-qmp', `unix:${control},server=on,wait=off`],
  ];
  const accelerator = await probeAccelerator(files.firmware, files.uki);
  guest = new Guest({ accelerator, firmware: files.firmware, disks: [files.disk], extra });
  if (!(await guest.says(/"event":"boot-sealed"/, BOOT_MS))) throw new Error(`no boot: ${guest.said}`);
  const memory = join(folder, 'memory');
  await saveMemory(control, MEMORY, memory);
  log = findLog(memory, MEMORY);
});
afterAll(async () => {
  await guest?.stop();
  if (tpm?.exitCode === null && tpm.pid !== undefined) {
    tpm.kill();
    await once(tpm, 'exit');
  }
  rmSync(folder, { recursive: true });
});

describe.each(ALGORITHMS)('the %s events of a boot', (algorithm, id) => {
  const logged = (...pcrs: number[]) =>
    log
      .filter(({ pcr }) => pcrs.includes(pcr))
      .map(({ pcr, digests }) => ({ pcr, digest: digests.get(id)!.toString('hex') }));
  const computed = (events: readonly BootEvent[]) =>
    events.map(({ pcr, digest }) => ({ pcr, digest: digest.toString('hex') }));
  const separator = {
    pcr: 5,
    digest: createHash(algorithm).update(Buffer.alloc(4)).digest('hex'),
  };

  it('of PCR 4 and 5, in a TD RTMR1, are those that were logged, in their order, and no others', () => {
    // Each register of a TPM has a separator of its own; RTMR1, which stands for both, has one.
    const found = logged(4, 5);
    const extra = found.findIndex((event) => JSON.stringify(event) === JSON.stringify(separator));
    expect(extra).toBeGreaterThan(-1);
    expect(computed(loaderEvents(image, algorithm))).toEqual(found.toSpliced(extra, 1));
  });

  it.each([
    [11, 'sections of the kernel image', stubEvents],
    [9, 'command line and first stage', kernelEvents],
  ] as const)('of PCR %d are those that were logged, and no others: %s', (pcr, _, events) => {
    expect(computed(events(image, algorithm))).toEqual(logged(pcr));
  });

  it('of PCR 11 and 9, in a TD RTMR2, are logged in this order', () => {
    const events = [...stubEvents(image, algorithm), ...kernelEvents(image, algorithm)];
    expect(computed(events)).toEqual(logged(11, 9));
  });
});
