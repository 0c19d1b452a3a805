import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  compareViews,
  formatAddCheckpoint,
  parseSignatureLines,
  verifyCheckpoint,
} from '../../ledger/index.js';
import { type Log, withSignatures } from '../../ledger/node/index.js';
import { folder, openLog, openWitness, release, signed } from './fixture.js';

async function body(log: Log, oldSize: number): Promise<Uint8Array> {
  const { note, checkpoint } = log.head;
  const consistency = await log.reader(checkpoint.size).consistencyProof(oldSize);
  return new TextEncoder().encode(formatAddCheckpoint({ oldSize, consistency, checkpoint: note }));
}

const grown = async (...versions: readonly string[]): Promise<Log> => {
  const log = await openLog();
  for (const version of versions) await log.append(signed(release(version), 'ada', 'grace'));
  return log;
};

describe('A witness', () => {
  it('cosigns a log that grows, and the same tree again', async () => {
    const log = await grown('1');
    const witness = await openWitness('one', [log.key]);
    expect(await witness.addCheckpoint(await body(log, 0))).toMatchObject({ outcome: 'cosigned', size: 2 });
    await log.append(signed(release('2'), 'ada', 'grace'));
    const answer = await witness.addCheckpoint(await body(log, 2));
    if (answer.outcome !== 'cosigned') throw new Error('not cosigned');
    const cosigned = withSignatures(log.head.note, parseSignatureLines(answer.lines));
    expect((await verifyCheckpoint(cosigned, log.key, [witness.key])).cosigned).toHaveLength(1);
    expect(await witness.addCheckpoint(await body(log, 3))).toMatchObject({ outcome: 'cosigned', size: 3 });
  });

  it('tells what it saw last to those who do not know, also after a restart, and never goes back', async () => {
    const log = await grown('1', '2');
    const at = folder();
    const first = await openWitness('one', [log.key], at);
    const early = await body(log, 0);
    await first.addCheckpoint(early);
    await expect(openWitness('one', [log.key], at)).rejects.toMatchObject({ code: 'log-in-use' });
    await first.close();
    const again = await openWitness('one', [log.key], at);
    expect(await again.addCheckpoint(early)).toEqual({ outcome: 'conflict', size: 3 });
    await log.append(signed(release('3'), 'ada', 'grace'));
    await again.addCheckpoint(await body(log, 3));
    const rolledBack = await grown('1', '2');
    expect(await again.addCheckpoint(await body(rolledBack, 0))).toEqual({ outcome: 'conflict', size: 4 });
    await again.close();
    const [state] = readdirSync(at).filter((name) => /^[0-9a-f]{64}$/.test(name));
    writeFileSync(join(at, state!), 'damaged');
    await expect(openWitness('one', [log.key], at)).rejects.toMatchObject({ code: 'witness-failed' });
  });

  it('does not cosign the other half of a split view, and keeps the proof of it', async () => {
    const [log, fork] = [await grown('1', '2'), await grown('1', '3')];
    const at = folder();
    const witness = await openWitness('one', [log.key], at);
    await witness.addCheckpoint(await body(log, 0));
    await expect(witness.addCheckpoint(await body(fork, 3))).rejects.toMatchObject({
      code: 'tree-split-view',
    });
    await fork.append(signed(release('4'), 'ada', 'grace'));
    await expect(witness.addCheckpoint(await body(fork, 3))).rejects.toMatchObject({
      code: 'proof-consistency',
    });
    expect(readdirSync(join(at, 'forks'))).toHaveLength(2);
  });

  it('knows its logs and their keys only', async () => {
    const log = await grown('1');
    const stranger = await openWitness('one', []);
    await expect(stranger.addCheckpoint(await body(log, 0))).rejects.toMatchObject({
      code: 'witness-unknown-log',
    });
    const { publicKey: _, ...other } = log.key;
    const witness = await openWitness('two', [{ ...other, publicKey: new Uint8Array(32).fill(9) }]);
    await expect(witness.addCheckpoint(await body(log, 0))).rejects.toMatchObject({
      code: 'note-bad-signature',
    });
  });
});

describe('Two clients who compare', () => {
  it('find a split view, and agree on two views of one log', async () => {
    const [log, fork] = [await grown('1', '2'), await grown('1', '3', '4')];
    const view = (of: Log) => verifyCheckpoint(of.head.note, of.key, []);
    const [ours, theirs] = [await view(log), await view(fork)];
    const tiles = { ofOne: log.store.tile, ofOther: fork.store.tile };
    await expect(compareViews(ours, theirs, tiles)).rejects.toMatchObject({ code: 'tree-split-view' });
    await log.append(signed(release('5'), 'ada', 'grace'));
    const same = { ofOne: log.store.tile, ofOther: log.store.tile };
    await expect(compareViews(ours, await view(log), same)).resolves.toBeUndefined();
  });
});

describe('A log', () => {
  it('is for one process at a time, and refuses to go on with a folder that is not what it signed', async () => {
    const at = folder();
    const log = await openLog({ folder: at });
    await log.append(signed(release('1'), 'ada', 'grace'));
    await expect(openLog({ folder: at })).rejects.toMatchObject({ code: 'log-in-use' });
    await log.close();
    const again = await openLog({ folder: at });
    expect(again.head.checkpoint.size).toBe(2);
    await again.close();
    writeFileSync(join(at, 'public/tile/entries/000.p/2'), 'damaged');
    await expect(openLog({ folder: at })).rejects.toMatchObject({ code: 'log-corrupt' });
  });

  it('takes no more than can wait', async () => {
    const log = await openLog({ queue: 1, batchMs: 50 });
    const first = log.append(signed(release('1'), 'ada', 'grace'));
    await expect(async () => log.append(signed(release('2'), 'ada', 'grace'))).rejects.toMatchObject({
      code: 'log-busy',
    });
    await first;
  });
});
