import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { countInMemory } from '../../server/memory.js';

let child: ChildProcess;
let lines: Interface;
afterEach(() => child.kill());

function start(options: object): void {
  child = spawn(process.execPath, ['test/model/engine/fixture-engine.mjs', JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  lines = createInterface({ input: child.stdout! });
}

async function ask(command: 'run' | 'wipe'): Promise<unknown> {
  const line = once(lines, 'line');
  child.stdin!.write(`${command}\n`);
  return JSON.parse(String((await line)[0]));
}

describe('What the model computes of a request', () => {
  it('is nowhere in memory once the request has been wiped and the runtime scrubbed', async () => {
    start({ threads: 2 });
    for (let request = 0; request < 3; request++) {
      const rows = (await ask('run')) as string[];
      const patterns = Object.fromEntries(rows.map((row) => [row, Buffer.from(row, 'hex')]));
      const during = countInMemory(child.pid!, patterns);
      expect(Math.min(...Object.values(during))).toBeGreaterThan(0);
      await ask('wipe');
      const after = countInMemory(child.pid!, patterns);
      expect(Math.max(...Object.values(after))).toBe(0);
    }
  });
});
