/** What we compute of a boot before it happens, beside what OVMF and systemd's stub wrote down when it happened. */
import { type ChildProcess, spawn } from 'node:child_process';
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
  const logged = (pcr: number) =>
    log.filter((event) => event.pcr === pcr).map(({ digests }) => digests.get(id)!.toString('hex'));
  const computed = (events: readonly BootEvent[], pcr: number) =>
    events.filter((event) => event.pcr === pcr).map(({ digest }) => digest.toString('hex'));

  it.each([
    [4, 'boot option, kernel image and the kernel in it', loaderEvents],
    [5, 'partition table and leaving the firmware', loaderEvents],
    [11, 'sections of the kernel image', stubEvents],
    [9, 'command line and first stage', kernelEvents],
  ] as const)('of PCR %d are those that were logged, and no others: %s', (pcr, _, events) => {
    expect(computed(events(image, algorithm), pcr)).toEqual(logged(pcr));
  });
});
