/** The Dockerfile: built by buildah on a base that is made here, started without root. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { CONTAINER_PORTS } from '../../../image/boot/container.js';
import { freePort } from '../../../image/boot/qemu.js';
import { explained, readiness } from '../../../image/boot/session.js';
import { ROOT } from '../../../image/command.js';
import { baseContext } from './base-image.js';
import { FIRST_ID, rootlessBuildah, rootlessHome, rootlessMissing } from './rootless.js';
import { run } from './run.js';

/** What the Dockerfile's first lines name. */
const BASE = 'docker.io/library/node:22-bookworm-slim';
/** The Dockerfile's USER. */
const USER = 65_532;

const tool = ['buildah', 'debootstrap', 'setpriv'].find((name) => spawnSync(name, ['--version']).error);
const missing = tool ? `${tool} is not installed` : rootlessMissing();
if (missing) console.warn(`not run: ${missing}, so the Dockerfile is not tried`);

const folder = mkdtempSync(join(tmpdir(), 'sotto-dockerfile-'));
const home = rootlessHome();
let server: ChildProcess | undefined;
afterAll(async () => {
  if (server?.kill()) await once(server, 'exit');
  for (const made of [folder, home]) rmSync(made, { recursive: true, force: true });
});

it.skipIf(missing)(
  'is a container that starts without root, and without hardware says why it stays red',
  async () => {
    for (const port of CONTAINER_PORTS) await freePort(port);
    buildah('build', '--tag', BASE, baseContext(folder));
    buildah('build', '--network=host', '--pull-never', '--tag=sotto', ROOT);
    const archive = join(folder, 'sotto.tar');
    buildah('push', 'sotto', `oci-archive:${archive}`);

    copyFileSync(archive, join(home, 'sotto.tar'));
    await rootless('from', '--name=sotto', `oci-archive:${home}/sotto.tar`);
    const { config } = JSON.parse(await rootless('inspect', 'sotto')).OCIv1;
    expect(config.User).toBe(`${USER}:${USER}`);

    const start = ['run', '--network=host', '--cap-drop=ALL', 'sotto', '--', ...config.Entrypoint];
    server = await rootlessBuildah(home, start);
    const [out, errors] = [server.stdout, server.stderr].map(listened);
    const said = () => out!() + errors!();
    const guest = {
      get running() {
        return server?.exitCode === null && server.signalCode === null;
      },
      get said() {
        return said();
      },
    };
    const answer = await readiness(guest, `http://127.0.0.1:${CONTAINER_PORTS[0]}`, explained);
    expect(answer).toMatchObject({
      status: 503,
      body: { status: 'not-ready', reason: 'attestation-unavailable', detail: 'tsm-unavailable' },
    });
    // The model was loaded, no variable of the base came through, and it is nobody's process.
    expect(said()).toContain('"event":"engine-ready"');
    expect(ownersOf('/usr/local/bin/node\0dist/server/main.js\0')).toEqual([FIRST_ID + USER]);
  },
);

/** As root, with a store of its own. */
function buildah(command: string, ...args: readonly string[]): void {
  const store = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
  const isolated = command === 'build' ? ['--isolation=chroot'] : [];
  run('buildah', ...store, '--storage-driver=overlay', command, ...isolated, ...args);
}

/** @returns what it printed */
async function rootless(...args: readonly string[]): Promise<string> {
  const child = await rootlessBuildah(home, args);
  const [out, errors] = [child.stdout, child.stderr].map(listened);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`buildah ${args[0]} failed without root:\n${errors!()}`);
  return out!();
}

/** @returns what has come so far */
function listened(stream: Readable | null): () => string {
  let said = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return () => said;
}

/** The users whose processes have this command line. */
function ownersOf(commandLine: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === commandLine
        ? [statSync(`/proc/${pid}`).uid]
        : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}
