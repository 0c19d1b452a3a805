/**
 * `npm run image:boot`: starts the test image in QEMU, talks to the server in it, and turns it off. The released image gets
 * ready on SEV-SNP or TDX only; with --release it is shown how it stays red and says why. With --container all but the
 * kernel is started, in a container, which is what a machine without KVM can do in seconds.
 */
import { run, say } from '../command.js';
import { ImageError } from '../error.js';
import { CONTAINER_PORTS, Container } from './container.js';
import { type Accelerator, freePort, Guest, probeAccelerator } from './qemu.js';
import { explained, type ImageFiles, imageFiles, readiness, readyMs } from './session.js';
import { talk } from './talk.js';

await run(async () => {
  const { release, container, port } = optionsOf(process.argv.slice(2));
  const files = imageFiles(release ? 'release' : 'test');
  const started = performance.now();
  const { guest, url, how } = container ? await startContainer(files) : await startGuest(files, port);
  try {
    const answer = await readiness(guest, url, release ? explained : undefined, readyMs(how));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`/readyz: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (!release) {
      say(`From power to ready: ${seconds} s (${how})`);
      await talk(url);
    }
  } finally {
    await guest.stop();
    say('Powered off');
  }
});

interface Started {
  readonly guest: Guest | Container;
  readonly url: string;
  readonly how: Accelerator | 'container';
}

async function startGuest({ firmware, uki, disk }: ImageFiles, wanted: number): Promise<Started> {
  const port = await freePort(wanted);
  const accelerator = await probeAccelerator(firmware, uki);
  say(
    accelerator === 'kvm'
      ? 'KVM works'
      : 'KVM does not work here: emulating (TCG): a quarter of an hour to two hours until it is ready',
  );
  const guest = new Guest({ accelerator, firmware, disks: [disk], port });
  return { guest, url: `http://127.0.0.1:${port}`, how: accelerator };
}

async function startContainer({ disk }: ImageFiles): Promise<Started> {
  for (const port of CONTAINER_PORTS) await freePort(port);
  say("A container: the image's files and services, and this machine's kernel");
  return { guest: Container.start(disk), url: `http://127.0.0.1:${CONTAINER_PORTS[0]}`, how: 'container' };
}

interface Options {
  readonly release: boolean;
  readonly container: boolean;
  readonly port: number;
}

function optionsOf(args: readonly string[]): Options {
  let release = false;
  let container = false;
  let port = 0;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--release') release = true;
    else if (args[i] === '--container') container = true;
    else if (args[i] === '--port' && /^\d{1,5}$/.test(args[i + 1] ?? '')) port = Number(args[++i]);
    else
      throw new ImageError(
        'usage',
        `The options are --release, --container and --port PORT, not ${args[i]}.`,
      );
  }
  if (container && port !== 0)
    throw new ImageError('usage', 'A container has the ports of the image: no --port.');
  return { release, container, port };
}
