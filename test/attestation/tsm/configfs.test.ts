import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configfsTsm } from '../../../attestation/tsm/index.js';
import { Kernel, type KernelOptions } from './kernel.js';

const ROOT = '/sys/kernel/config/tsm/report';
const INBLOB = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

function tsmOn(options: KernelOptions = {}) {
  const kernel = new Kernel(options);
  const pauses: number[] = [];
  const pause = async (ms: number) => pauses.push(ms);
  return { kernel, pauses, tsm: configfsTsm({ files: kernel, pause }) };
}

describe('a report from configfs-tsm', () => {
  it('follows the protocol of the kernel, and leaves nothing behind', async () => {
    const { kernel, tsm } = tsmOn();
    expect(await tsm.report(INBLOB)).toEqual({
      provider: 'sev_guest',
      outblob: Uint8Array.of(0x0b, ...INBLOB),
      auxblob: Uint8Array.of(0xa0, 1),
      generation: 1,
    });
    expect(kernel.log).toEqual([
      'mkdir',
      'read generation',
      'write inblob',
      'read outblob',
      'read auxblob',
      'read provider',
      'read generation',
      'rmdir',
    ]);
    expect(kernel.entries.size).toBe(0);
  });

  it('has entries of its own, also when many are asked for at once', async () => {
    const { kernel, tsm } = tsmOn();
    const reports = await Promise.all([1, 2, 3].map((i) => tsm.report(new Uint8Array(64).fill(i))));
    expect(reports.map((report) => report.outblob[1])).toEqual([1, 2, 3]);
    expect(kernel.entries.size).toBe(0);
  });

  it.each(['absent', 'empty'] as const)('comes without certificates when auxblob is %s', async (auxblob) => {
    expect(await tsmOn({ auxblob }).tsm.report(INBLOB)).not.toHaveProperty('auxblob');
  });

  it.each(['mkdir', 'write inblob', 'read outblob', 'read auxblob'])(
    'is tried again when %s is busy',
    async (step) => {
      const { kernel, pauses, tsm } = tsmOn({ errors: { [step]: ['EBUSY', 'EAGAIN'] } });
      expect((await tsm.report(INBLOB)).outblob).toHaveLength(65);
      expect(pauses).toEqual([10, 20]);
      expect(kernel.entries.size).toBe(0);
    },
  );
});

describe('no report comes, and nothing is left behind,', () => {
  it('when the TSM stays busy', async () => {
    const { kernel, pauses, tsm } = tsmOn({ errors: { 'read outblob': new Array(100).fill('EBUSY') } });
    await expect(tsm.report(INBLOB)).rejects.toMatchObject({ name: 'AttestationError', code: 'tsm-busy' });
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320]);
    expect(kernel.entries.size).toBe(0);
  });

  it.each<[string, string, KernelOptions]>([
    ['somebody else writes the entry', 'tsm-interfered', { afterWrite: (entry) => (entry.generation += 1) }],
    ['our write did not arrive', 'tsm-interfered', { afterWrite: (entry) => (entry.generation -= 1) }],
    ['the firmware fails', 'tsm-failed', { errors: { 'read outblob': ['EIO'] } }],
    ['the certificates cannot be read', 'tsm-failed', { errors: { 'read auxblob': ['EIO'] } }],
    ['the write is refused', 'tsm-failed', { errors: { 'write inblob': ['EINVAL'] } }],
    ['the generation is no number', 'tsm-failed', { generation: 'many' }],
    ['the directory exists', 'tsm-failed', { errors: { mkdir: ['EEXIST'] } }],
  ])('when %s', async (_, code, options) => {
    const { kernel, pauses, tsm } = tsmOn(options);
    await expect(tsm.report(INBLOB)).rejects.toMatchObject({ name: 'AttestationError', code });
    expect(kernel.entries.size).toBe(0);
    expect(pauses).toEqual([]);
  });

  it.each(['ENOENT', 'ENXIO', 'EACCES', 'EPERM'])('when there is no TSM to use (%s)', async (code) => {
    const { tsm } = tsmOn({ errors: { mkdir: [code] } });
    const error = await tsm.report(INBLOB).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AttestationError', code: 'tsm-unavailable' });
    expect(String(error)).toContain(ROOT);
  });

  it('when its caller gives up between attempts', async () => {
    const kernel = new Kernel({ errors: { 'read outblob': new Array(100).fill('EBUSY') } });
    const gone = new AbortController();
    const pause = async () => gone.abort(new Error('the client left'));
    const report = configfsTsm({ files: kernel, pause }).report(INBLOB, gone.signal);
    await expect(report).rejects.toThrow('the client left');
    expect(kernel.log.filter((step) => step === 'mkdir')).toHaveLength(1);
    expect(kernel.entries.size).toBe(0);
  });

  it('when the report data has another length', async () => {
    const { kernel, tsm } = tsmOn();
    for (const length of [0, 63, 65]) {
      await expect(tsm.report(new Uint8Array(length))).rejects.toMatchObject({ code: 'tsm-bad-input' });
    }
    expect(kernel.log).toEqual([]);
  });
});

describe('an entry that cannot be removed', () => {
  it.each(['EIO', 'EBUSY'])('is an error even when the report came (%s)', async (code) => {
    const { tsm } = tsmOn({ errors: { rmdir: [code] } });
    await expect(tsm.report(INBLOB)).rejects.toMatchObject({ code: 'tsm-failed' });
  });

  it('does not hide the error that came first', async () => {
    const { tsm } = tsmOn({ errors: { rmdir: ['EBUSY'], 'read outblob': ['EIO'] } });
    const error = (await tsm.report(INBLOB).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'tsm-failed' });
    expect((error.cause as AggregateError).errors).toMatchObject([{ code: 'EIO' }, { code: 'EBUSY' }]);
  });
});

describe("the machine's own file system", () => {
  it('without configfs-tsm is unavailable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-tsm-'));
    try {
      const tsm = configfsTsm({ root: join(folder, 'nothing') });
      await expect(tsm.report(INBLOB)).rejects.toMatchObject({ code: 'tsm-unavailable' });
      // A plain folder lets us make the entry, but no kernel puts attributes into it.
      await expect(configfsTsm({ root: folder }).report(INBLOB)).rejects.toMatchObject({
        code: 'tsm-failed',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
