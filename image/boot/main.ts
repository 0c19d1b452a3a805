/**
 * `npm run image:boot`: starts the test image in QEMU, talks to the server in it, and turns it off. The released image gets
 * ready on SEV-SNP or TDX only; with --release it is shown how it stays red and says why.
 */
import { join } from 'node:path';
import { simulatedMeasurement } from '../../attestation/index.js';
import { openPack } from '../../model/index.js';
import { VERSION } from '../../server/version.js';
import { ROOT, run, say } from '../command.js';
import { ImageError } from '../error.js';
import { freePort, Guest, probeAccelerator } from './qemu.js';
import { imageFiles, readiness, sotto } from './session.js';

await run(async () => {
  const { release, port: wanted } = optionsOf(process.argv.slice(2));
  const files = imageFiles(release ? 'release' : 'test');
  const port = await freePort(wanted);
  const accelerator = await probeAccelerator(files.firmware, files.uki);
  say(accelerator === 'kvm' ? 'KVM works' : 'KVM does not work here: emulating (TCG), which takes minutes');
  const started = performance.now();
  const guest = new Guest({ accelerator, firmware: files.firmware, disks: [files.disk], port });
  try {
    const url = `http://127.0.0.1:${port}`;
    const answer = await readiness(guest, url, release ? ({ body }) => body.detail !== undefined : undefined);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`/readyz: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (!release) {
      say(`From power to ready: ${seconds} s (${accelerator})`);
      await talk(url);
    }
  } finally {
    await guest.stop();
    say('Powered off');
  }
});

async function talk(url: string): Promise<void> {
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
  for (const args of [['verify'], ['summarize', join(ROOT, 'examples', 'chat.txt'), '--unread', '3']]) {
    say(`npx sotto ${args.join(' ')} --url ${url} …`);
    const { code, out } = await sotto([...args, ...server]);
    process.stdout.write(`${out}\n`);
    if (code !== 0) throw new ImageError('boot-failed', `sotto ${args[0]} failed with exit code ${code}.`);
  }
}

function optionsOf(args: readonly string[]): { readonly release: boolean; readonly port: number } {
  let release = false;
  let port = 0;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--release') release = true;
    else if (args[i] === '--port' && /^\d{1,5}$/.test(args[i + 1] ?? '')) port = Number(args[++i]);
    else throw new ImageError('usage', `The options are --release and --port PORT, not ${args[i]}.`);
  }
  return { release, port };
}
