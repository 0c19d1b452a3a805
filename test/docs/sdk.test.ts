/** The programs in docs/sdk.md, run as they stand there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer, TRUST } from '../server/fixture.js';

/** Inside the package, so that it finds itself under its own name, as an app finds it in node_modules. */
const FOLDER = 'dist/docs';

function program(name: string): string {
  const found = new RegExp(`\`\`\`ts ${name}\n([\\s\\S]*?)\`\`\``).exec(readFileSync('docs/sdk.md', 'utf8'));
  return found![1]!;
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  mkdirSync(FOLDER, { recursive: true });
});
afterAll(() => server.stop());

async function run(
  code: string,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  const file = join(FOLDER, 'bot.mjs');
  writeFileSync(file, code);
  const child = spawn(process.execPath, [file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SOTTO_URL: server.url,
      MEASUREMENT: bytesToHex(TRUST.policy.measurements[0]),
      SIMULATED: 'yes',
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const [exit] = (await once(child, 'close')) as [number];
  return { exit, out, err };
}

describe('the bot', () => {
  it('has at most 20 lines that do something', () => {
    const lines = program('bot')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it('prints a summary', async () => {
    const { exit, out, err } = await run(program('bot'));
    expect([exit, err]).toEqual([0, '']);
    expect(out).toMatch(/lunch|13:00/i);
  });

  it('gets nothing when the members of the chat have turned protection on', async () => {
    const { exit, out, err } = await run(program('bot').replace('on: false', 'on: true'));
    expect(exit).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('chat-protected');
  });
});
