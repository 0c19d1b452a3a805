/**
 * The test image in QEMU: that its server answers, what stops its boot, and what does not change it. Emulated, a boot takes
 * a minute or two, and a server that is ready a quarter of an hour or more.
 */
import { closeSync, copyFileSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rootPartition } from '../../../image/boot/disk.js';
import {
  type Accelerator,
  freePort,
  Guest,
  type Machine,
  probeAccelerator,
} from '../../../image/boot/qemu.js';
import {
  BOOT_MS,
  EMULATED_READY_MS,
  explained,
  imageFiles,
  readiness,
  readyMs,
} from '../../../image/boot/session.js';
import { talk } from '../../../image/boot/talk.js';

const files = imageFiles('test');
const released = imageFiles('release');
const folder = mkdtempSync(join(tmpdir(), 'sotto-vm-'));
let accelerator: Accelerator;
let guest: Guest | undefined;

beforeAll(async () => {
  accelerator = await probeAccelerator(files.firmware, files.uki);
});
afterEach(() => guest?.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(change: Partial<Machine>): Guest {
  guest = new Guest({ accelerator, firmware: files.firmware, disks: [files.disk], ...change });
  return guest;
}

const smbios = (value: string) => ['-smbios', `type=11,value=${value}`];

describe('the image', () => {
  it('boots from its disk, and is sealed', async () => {
    expect(await start({}).says(/"event":"boot-sealed"/, BOOT_MS)).toBe(true);
  });

  it(
    'gets ready, is verified, and summarizes',
    async () => {
      const port = await freePort(0);
      const url = `http://127.0.0.1:${port}`;
      const answer = await readiness(start({ port }), url, undefined, readyMs(accelerator));
      expect(answer).toMatchObject({ status: 200, body: { status: 'ready' } });
      await talk(url);
    },
    EMULATED_READY_MS,
  );

  it.each(['LD_PRELOAD=/tmp/evil.so', 'NODE_OPTIONS=--inspect', 'systemd.import_credentials=yes'])(
    'goes off when the host adds %s to the kernel command line',
    async (parameter) => {
      const machine = start({ extra: smbios(`io.systemd.stub.kernel-cmdline-extra=${parameter}`) });
      expect(await machine.off(BOOT_MS)).toBe(true);
      expect(machine.said).toContain('"event":"boot-refused","reason":"kernel-command-line"');
      expect(machine.said).not.toContain('boot-sealed');
    },
  );

  it('takes no credentials from SMBIOS or fw_cfg', async () => {
    const machine = start({
      extra: [
        ...smbios('io.systemd.credential:systemd.extra-unit.evil.service=[Service]'),
        ...['-fw_cfg', 'name=opt/io.systemd.credentials/network.dns,string=192.0.2.1'],
      ],
    });
    expect(await machine.says(/"event":"boot-(sealed|refused)"/, BOOT_MS)).toBe(true);
    expect(machine.said).toContain('boot-sealed');
  });

  it('does not start from a disk of which one byte was changed', async () => {
    const machine = start({ disks: [damaged()] });
    expect(await machine.off(BOOT_MS)).toBe(true);
    expect(machine.said).not.toContain('boot-sealed');
  });

  it('takes nothing from a second disk with the same labels and ids: it starts from the whole one or goes off', async () => {
    const machine = start({ disks: [files.disk, damaged()] });
    const over = await machine.says(/"event":"boot-(sealed|refused)"/, BOOT_MS);
    if (over) expect(machine.said).toContain('boot-sealed');
    else expect(machine.running).toBe(false);
  });
});

describe('the released image, where there is no confidential hardware', () => {
  it(
    'stays red, and says why',
    async () => {
      const port = await freePort(0);
      const { firmware, disk } = released;
      const url = `http://127.0.0.1:${port}`;
      const answer = await readiness(
        start({ firmware, disks: [disk], port }),
        url,
        explained,
        readyMs(accelerator),
      );
      expect(answer).toMatchObject({
        status: 503,
        body: { status: 'not-ready', reason: 'attestation-unavailable', detail: 'tsm-unavailable' },
      });
    },
    EMULATED_READY_MS,
  );
});

/** A copy of the disk with one bit of its root turned. */
function damaged(): string {
  const disk = join(folder, 'damaged.raw');
  copyFileSync(files.disk, disk);
  flip(disk, rootPartition(disk).start);
  return disk;
}

function read(path: string, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, length, at);
  closeSync(file);
  return bytes;
}

function flip(path: string, at: number): void {
  const byte = read(path, at, 1);
  byte[0]! ^= 1;
  const file = openSync(path, 'r+');
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}
