/** The sequencer against SIGKILL, on the real file system, 200 times. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_ROOT,
  parseCheckpoint,
  parseEntry,
  parseNote,
  TileReader,
  type TreeHead,
  verifyConsistency,
} from '../../ledger/index.js';
import { folderView, LogStore } from '../../ledger/node/index.js';
import { folder } from './fixture.js';

const PROGRAM = fileURLToPath(new URL('./kill-log.mjs', import.meta.url));
const KILLS = 200;
const AT_ONCE = 4;

/** Kills one log again and again. @returns how many entries it acknowledged */
async function torment(kills: number): Promise<number> {
  const at = folder();
  const acknowledged = new Map<number, string>();
  let before: TreeHead = { size: 0, root: EMPTY_ROOT };
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [PROGRAM, at, String(acknowledged.size * 7 + kill * 1_000_000)]);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // At the opening, within it, or some way into the appends: whenever, but not at a moment that we choose.
      if (kill % 5 === 0 || said.includes('entry'))
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    const opened = /^open (\d+) ([0-9a-f]{64})$/m.exec(said)!;
    expect(Number(opened[1])).toBeGreaterThanOrEqual(before.size);
    // The last line may be cut off, and then it told nobody anything.
    for (const [, index, id] of said.matchAll(/^entry (\d+) ([0-9a-f]{64})\n/gm)) {
      expect(acknowledged.get(Number(index)) ?? id).toBe(id);
      acknowledged.set(Number(index), id!);
    }
    const head = parseCheckpoint(parseNote((await new LogStore(at).readHead())!).text);
    const reader = new TileReader(folderView(`${at}/public`).tile, head.size);
    expect(bytesToHex(await reader.root())).toBe(bytesToHex(head.root));
    verifyConsistency(before, head, await reader.consistencyProof(before.size));
    before = head;
  }
  const reader = new TileReader(folderView(`${at}/public`).tile, before.size);
  for (const [index, id] of acknowledged) {
    expect(index).toBeLessThan(before.size);
    expect(parseEntry(await reader.entry(index)).id).toBe(id);
  }
  return acknowledged.size;
}

describe('A log that is killed 200 times', () => {
  it('loses no entry that it acknowledged, and forks nothing', async () => {
    const counts = await Promise.all(Array.from({ length: AT_ONCE }, () => torment(KILLS / AT_ONCE)));
    expect(counts.every((count) => count > KILLS / AT_ONCE)).toBe(true);
  }, 600_000);
});
