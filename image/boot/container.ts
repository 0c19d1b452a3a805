/**
 * The image without its kernel: its files, its systemd and the sandboxes of its services, in a container of this machine's.
 * What seals the boot is left out, because the kernel and its command line are this machine's. For where a VM is emulated,
 * and its model would take longer to load than anybody waits.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageError } from '../error.js';
import { rootPartition } from './disk.js';

/** Where the server of the image listens. */
export const CONTAINER_PORTS = [8443, 8444] as const;
const STOP_MS = 30_000;
const UNSEALED = `[Unit]
Description=Nothing to seal: the kernel is another one

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env -i
`;

export class Container {
  readonly #process: ChildProcess;
  readonly #folder: string;
  #said = '';

  private constructor(folder: string, root: string) {
    this.#folder = folder;
    this.#process = spawn(
      'systemd-nspawn',
      [
        ...['--directory', root, '--tmpfs=/var', '--timezone=off', '--machine', `sotto-${process.pid}`],
        ...['--register=no', '--keep-unit', '--console=pipe', '--boot', 'systemd.log_target=console'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#said += bytes.toString('latin1');
      });
    }
  }

  /** @throws ImageError `not-root`, `tool-missing`, `boot-failed` */
  static start(disk: string): Container {
    if (process.getuid?.() !== 0)
      throw new ImageError('not-root', 'A container of the image takes root: use sudo.');
    if (spawnSync('systemd-nspawn', ['--version'], { stdio: 'ignore' }).error) {
      throw new ImageError('tool-missing', 'systemd-nspawn is missing: apt-get install systemd-container');
    }
    const folder = mkdtempSync(join(tmpdir(), 'sotto-container-'));
    const [lower, upper, work, root] = ['lower', 'upper', 'work', 'root'].map((name) => join(folder, name));
    for (const one of [lower, upper, work, root]) mkdirSync(one!);
    const { start, length } = rootPartition(disk);
    try {
      mount('-o', `ro,loop,offset=${start},sizelimit=${length}`, disk, lower!);
      mount('-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, 'overlay', root!);
    } catch (error) {
      unmountAll(folder);
      throw error;
    }
    writeFileSync(join(root!, 'usr/lib/systemd/system/sotto-seal.service'), UNSEALED);
    return new Container(folder, root!);
  }

  get said(): string {
    return this.#said;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Turns it off, and takes away what it was made of. */
  async stop(): Promise<void> {
    if (this.running) {
      const gone = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(late);
    }
    unmountAll(this.#folder);
  }
}

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new ImageError('boot-failed', `The image cannot be mounted: ${(stderr ?? '').trim()}`);
}

function unmountAll(folder: string): void {
  for (const name of ['root', 'lower'])
    spawnSync('umount', ['--lazy', join(folder, name)], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
