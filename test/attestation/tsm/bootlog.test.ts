import { describe, expect, it } from 'vitest';
import { parseEventLog } from '../../../attestation/tdx/index.js';
import { readBootLog } from '../../../attestation/tsm/index.js';
import { vector } from '../tdx/vectors.js';

const LOG = vector('cos-113.ccel.bin');
const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};

describe('the boot event log of this machine', () => {
  it("is the data of ACPI's table without its padding", async () => {
    const asked: string[] = [];
    const readFile = async (path: string) => {
      asked.push(path);
      return LOG;
    };
    const log = await readBootLog({ readFile });
    expect(asked).toEqual(['/sys/firmware/acpi/tables/data/CCEL']);
    expect(log!.length).toBeLessThan(18_500);
    expect(log).toEqual(LOG.subarray(0, log!.length));
    expect(parseEventLog(log!)).toEqual(parseEventLog(LOG));
  });

  it('is none on a machine without that table', async () => {
    expect(await readBootLog({ readFile: failing('ENOENT') })).toBeUndefined();
    expect(await readBootLog({ path: '/nowhere/CCEL' })).toBeUndefined();
  });

  it('is not left out silently when it is there but cannot be had', async () => {
    await expect(readBootLog({ readFile: failing('EACCES') })).rejects.toMatchObject({ code: 'tsm-failed' });
    const readFile = async () => new Uint8Array(64);
    await expect(readBootLog({ readFile })).rejects.toMatchObject({ code: 'eventlog-malformed' });
  });
});
