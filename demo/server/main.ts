/** Everything that the chat needs, on this machine: `npm run chat`. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check } from '../check/check.js';
import { end, startParties } from './parties.js';
import { Accounts } from './people.js';
import { startSite } from './site.js';

const COMPANIONS = fileURLToPath(new URL('../companions/main.js', import.meta.url));
const PORT = 7300;

const { values } = parseArgs({
  options: {
    /** Drives it in a headless browser, and ends. */
    check: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'sotto-chat-'));
const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
try {
  const accounts = await Accounts.create();
  process.stderr.write('Starting issuer, relay, gateway, machines and the chat …\n');
  const parties = await startParties(folder, accounts.keySet);
  closing.push(() => parties.close());
  const port = values.port ?? (values.check ? 0 : PORT);
  const site = await startSite(Number(port), accounts, parties);
  closing.push(() => site.close());
  const companions = spawn(process.execPath, [COMPANIONS, site.url], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  closing.push(() => end(companions));
  process.stdout.write(`The chat is at ${site.url}\n`);
  if (values.check) process.exitCode = await check(site.url);
  else {
    process.stderr.write(
      'WARNING: the hardware is SIMULATED, and all parties are one. Nothing is protected; use it to try things out.\n' +
        'Open it in several windows and sign in as somebody else in each. Stop with Ctrl-C.\n',
    );
    await new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
  }
} finally {
  for (const close of closing.reverse()) await close();
}
