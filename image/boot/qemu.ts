/** QEMU, and what its guest says. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImageError } from '../error.js';

const QEMU = 'qemu-system-x86_64';
/** How long a guest under KVM may take to say something, in milliseconds; one whose KVM works takes a second or two. */
const PROBE_MS = 20_000;

export type Accelerator = 'kvm' | 'tcg';

export interface Machine {
  readonly accelerator: Accelerator;
  readonly firmware: string;
  /** Without one, the firmware starts what is on the disk. */
  readonly kernel?: string;
  readonly commandLine?: string;
  readonly disks: readonly string[];
  /** On 127.0.0.1, leads to the server's port 8443. Without it the guest has no network. */
  readonly port?: number;
  readonly extra?: readonly string[];
}

/** The arguments after `qemu-system-x86_64`. */
export function qemuArguments(machine: Machine): string[] {
  const { accelerator, firmware, kernel, commandLine, disks, port, extra = [] } = machine;
  return [
    ...['-machine', 'q35', '-accel', accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    ...['-cpu', accelerator === 'kvm' ? 'host' : 'max', '-smp', '2', '-m', '2048'],
    ...['-nodefaults', '-nographic', '-no-reboot', '-serial', 'stdio', '-monitor', 'none'],
    ...['-bios', firmware, '-device', 'virtio-rng-pci'],
    ...(kernel === undefined ? [] : ['-kernel', kernel]),
    ...(commandLine === undefined ? [] : ['-append', commandLine]),
    ...disks.flatMap((file, i) => [
      ...['-drive', `if=none,id=disk${i},format=raw,readonly=on,file=${file}`],
      ...['-device', `virtio-blk-pci,drive=disk${i}${kernel === undefined && i === 0 ? ',bootindex=1' : ''}`],
    ]),
    ...(port === undefined
      ? []
      : [
          ...['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:8443`],
          ...['-device', 'virtio-net-pci,netdev=net,romfile='],
        ]),
    ...extra,
  ];
}

/** A guest that runs, and all that it has said on its serial line. */
export class Guest {
  readonly #process: ChildProcess;
  #said = '';

  /** @throws ImageError `tool-missing` */
  constructor(machine: Machine) {
    if (spawnSync(QEMU, ['--version'], { stdio: 'ignore' }).error) {
      throw new ImageError('tool-missing', `${QEMU} is missing: apt-get install qemu-system-x86`);
    }
    this.#process = spawn(QEMU, qemuArguments(machine), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#said += bytes.toString('latin1');
      });
    }
  }

  /** Without the terminal's control sequences. */
  get said(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
    return this.#said.replace(/\x1b\[[0-9;?!]*[a-zA-Z]/g, '');
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Waits until the guest is off, by itself. @returns whether it is */
  async off(ms: number): Promise<boolean> {
    return this.#until(() => !this.running, ms);
  }

  /** Waits until it has said something. @returns whether it has */
  async says(what: RegExp, ms: number): Promise<boolean> {
    await this.#until(() => what.test(this.said) || !this.running, ms);
    return what.test(this.said);
  }

  /** Takes its power away. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  async #until(done: () => boolean, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    while (!done() && performance.now() < deadline) await sleep(200);
    return done();
  }
}

/** Tries KVM with a short boot: where it is there but broken, its guests die early or say nothing. */
export async function probeAccelerator(firmware: string, kernel: string): Promise<Accelerator> {
  const guest = new Guest({ accelerator: 'kvm', firmware, kernel, disks: [] });
  await guest.says(/KVM internal error|systemd\[1\]|Booting initrd/, PROBE_MS);
  const works = /systemd\[1\]|Booting initrd/.test(guest.said);
  await guest.stop();
  return works ? 'kvm' : 'tcg';
}

/** @throws ImageError `port-in-use` */
export async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  server.listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ImageError(
      'port-in-use',
      `Port ${wanted} is taken: stop what listens there, or choose another with --port.`,
      {
        cause,
      },
    );
  }
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
