import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../../edge/gateway/key-ring.js';
import { Routes, vmName } from '../../../edge/gateway/routes.js';
import { scratch } from '../fixture.js';

const EPOCH = 1000;
const OVERLAP = 100;
const START = 1_700_000_000_000;

async function ring(file = join(scratch(), 'secret'), at = START) {
  const clock = { now: at };
  const keys = await KeyRing.open({
    file,
    epochSeconds: EPOCH,
    overlapSeconds: OVERLAP,
    now: () => clock.now,
  });
  return { keys, clock, file };
}

describe("The gateway's keys", () => {
  it('are new every epoch, and the last ones serve for the overlap', async () => {
    const { keys, clock } = await ring();
    const first = keys.current.config;
    clock.now += EPOCH * 1000;
    await keys.advance();
    expect(keys.current.config.keyId).toBe((first.keyId + 1) & 0xff);
    expect(keys.current.config.publicKey).not.toEqual(first.publicKey);
    expect(keys.find(first.keyId)?.config).toEqual(first);
    clock.now += OVERLAP * 1000;
    expect(await keys.advance()).toBe(true);
    expect(keys.find(first.keyId)).toBeUndefined();
  });

  it('are the same at every gateway that began with the same file, however late it started', async () => {
    const one = await ring();
    const copy = join(scratch(), 'secret');
    copyFileSync(one.file, copy);
    const later = START + 5 * EPOCH * 1000;
    one.clock.now = later;
    await one.keys.advance();
    const two = await ring(copy, later);
    expect(two.keys.current.config).toEqual(one.keys.current.config);
    expect(two.keys.current.route).toEqual(one.keys.current.route);
  });

  it('serve a gateway whose clock is a little behind', async () => {
    const { keys, clock, file } = await ring();
    const behind = await ring(file);
    clock.now += EPOCH * 1000;
    expect(behind.keys.find(keys.current.config.keyId)?.config).toEqual(keys.current.config);
  });

  it('cannot be had back from the file once they are over', async () => {
    const { keys, clock, file } = await ring();
    const { publicKey } = keys.current.config;
    const before = readFileSync(file, 'utf8');
    clock.now += 2 * EPOCH * 1000;
    await keys.advance();
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    const again = await ring(file, START);
    for (let keyId = 0; keyId < 256; keyId++)
      expect(again.keys.find(keyId)?.config.publicKey).not.toEqual(publicKey);
  });

  it('are in a file for the owner only, and one that is damaged is refused', async () => {
    const { file } = await ring();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5));
    await expect(ring(file)).rejects.toMatchObject({ code: 'state-unusable' });
  });
});

describe('A sealed route', () => {
  const session = 'ab'.repeat(16);
  const vm = vmName('http://one.test');

  it('has one size, says nothing twice, and opens for its session while it lasts', async () => {
    const { keys, clock } = await ring();
    const routes = new Routes(keys, () => clock.now);
    const [one, two] = [routes.seal(vm, session, 60), routes.seal(vm, session, 60)];
    expect(one).not.toBe(two);
    expect(one).toHaveLength(two.length);
    expect(routes.open(one, session)).toBe(vm);
    const refused = expect.objectContaining({ code: 'route-refused' });
    expect(() => routes.open(one, 'cd'.repeat(16))).toThrow(refused);
    clock.now += 61_000;
    expect(() => routes.open(one, session)).toThrow(refused);
  });
});
