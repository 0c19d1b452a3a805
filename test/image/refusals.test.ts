/** What image and boot refuse without a machine to build or boot on: each with its code, and a line that says what to do. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootPartition } from '../../image/boot/disk.js';
import { freePort, Guest } from '../../image/boot/qemu.js';
import { imageFiles, readiness } from '../../image/boot/session.js';
import { stage } from '../../image/build/stage.js';
import { ROOT, variantOf } from '../../image/command.js';
import type { ImageErrorCode } from '../../image/error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-refused-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused = (code: ImageErrorCode, message: RegExp) =>
  expect.objectContaining({ name: 'ImageError', code, message: expect.stringMatching(message) });

describe('the model', () => {
  it('has to be there', async () => {
    const staged = stage(folder, 'test', join(folder, 'stage'));
    await expect(staged).rejects.toEqual(refused('model-missing', /model import/));
  });

  it.each([
    ['a changed byte in it', (pack: string) => writeFileSync(join(pack, 'tokenizer.json'), '{}')],
    ['a manifest that is none', (pack: string) => writeFileSync(join(pack, 'sotto.json'), 'no')],
  ])('is refused with %s', async (_, damage) => {
    const pack = join(folder, '.sotto/models/default');
    mkdirSync(join(folder, '.sotto/models'), { recursive: true });
    cpSync(join(ROOT, '.sotto/models/default'), pack, { recursive: true, dereference: true });
    damage(pack);
    const staged = stage(folder, 'test', join(folder, 'stage'));
    await expect(staged).rejects.toEqual(refused('model-malformed', /./));
  });
});

describe('an image', () => {
  it('has to be built before it is started, by a command that is named', () => {
    expect(() => imageFiles('release', folder)).toThrow(refused('image-missing', /"npm run image"/));
    expect(() => imageFiles('test', folder)).toThrow(refused('image-missing', /"npm run image -- --test"/));
  });

  it.each([
    ['is no disk', Buffer.from('no disk')],
    ['has an empty partition table', Buffer.alloc(1 << 20)],
  ])('is refused that %s', (_, bytes) => {
    writeFileSync(join(folder, 'disk'), bytes);
    expect(() => rootPartition(join(folder, 'disk'))).toThrow(refused('image-damaged', /build it again/));
  });
});

describe('a boot', () => {
  it('takes no port that something else listens on', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(freePort(port)).rejects.toEqual(refused('port-in-use', new RegExp(`${port}.*--port`)));
    server.close();
  });

  it('says which package has QEMU where there is none', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      const machine = { accelerator: 'tcg', firmware: '', disks: [] } as const;
      expect(() => new Guest(machine)).toThrow(refused('tool-missing', /apt-get install qemu-system-x86/));
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('that ends early is told with the last words of the guest', async () => {
    const said = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
    const failed = readiness({ running: false, said }, 'http://127.0.0.1:1');
    await expect(failed).rejects.toEqual(refused('boot-failed', /it is off.*line 28\n.*line 39$/s));
  });
});

describe('options', () => {
  it('of another name are refused', () => {
    expect(() => variantOf(['--realease'])).toThrow(refused('usage', /--realease/));
  });

  it.each([
    ['boot', ['--relase'], /--release, --container and --port/],
    ['boot', ['--container', '--port', '8000'], /no --port/],
    ['measure', ['--rtmr0', '12'], /96 hexadecimal digits/],
  ])('of image:%s are checked: %j', (command, args, message) => {
    const main = join(ROOT, 'dist/image', command, 'main.js');
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[usage]');
  });
});
