/** The `sotto` command, which talks to the server inside the test image. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { simulatedMeasurement } from '../../attestation/index.js';
import { openPack } from '../../model/index.js';
import { VERSION } from '../../server/version.js';
import { ROOT, say } from '../command.js';
import { ImageError } from '../error.js';

const ERRANDS = [['verify'], ['summarize', join(ROOT, 'examples', 'chat.txt'), '--unread', '3']];

/** Verifies it, and has it summarize the example chat. @throws ImageError `boot-failed` */
export async function talk(url: string): Promise<void> {
  const { digest } = await openPack(join(ROOT, '.sotto', 'models', 'default'));
  const measurement = simulatedMeasurement([new TextEncoder().encode(`sotto ${VERSION}`), digest]);
  const server = [
    '--url',
    url,
    '--trust',
    'sotto-simulated',
    '--measurement',
    Buffer.from(measurement).toString('hex'),
  ];
  for (const args of ERRANDS) {
    say(`npx sotto ${args.join(' ')} --url ${url} …`);
    const { code, out } = await sotto([...args, ...server]);
    process.stdout.write(`${out}\n`);
    if (code !== 0) {
      const slow = out.includes('task-timeout')
        ? ' Two minutes were too short: close what else runs here.'
        : '';
      throw new ImageError('boot-failed', `sotto ${args[0]} failed with exit code ${code}.${slow}`);
    }
  }
}

/** Runs the `sotto` command. @returns its exit code and what it printed */
async function sotto(args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'cli', 'sotto.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, out };
}
