/**
 * configfs-tsm over firmware that is slow and makes one report at a time: the kernel's file protocol with simulated
 * SEV-SNP reports behind it. While it makes one, and a few times afterwards, it answers EBUSY: it is rate-limited.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { configfsTsm, simulatedTsm, type Tsm, type TsmFiles } from '../../attestation/tsm/index.js';

export interface FirmwareOptions {
  readonly measurement: Uint8Array;
  /** How long a report takes, in milliseconds. */
  readonly reportMs: number;
  /** How often, after a report, it says that it is busy. */
  readonly refusals: number;
}

interface Entry {
  inblob?: Uint8Array;
  auxblob?: Uint8Array;
  generation: number;
}

export class SlowFirmware implements TsmFiles {
  /** Reports that were made. */
  reports = 0;
  /** Times that somebody was told to come back. */
  refusals = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #options: FirmwareOptions;
  readonly #platform: Tsm;
  #collateral: Uint8Array | undefined;
  #making = false;
  #toRefuse = 0;

  private constructor(options: FirmwareOptions, platform: Tsm) {
    this.#options = options;
    this.#platform = platform;
  }

  static async start(options: FirmwareOptions): Promise<SlowFirmware> {
    return new SlowFirmware(options, await simulatedTsm(options));
  }

  /** What a server asks for reports, real but for the files behind it, with the simulated maker's revocation list. */
  tsm(): Tsm {
    const kernel = configfsTsm({ root: '/firmware', files: this });
    return {
      provider: kernel.provider,
      report: async (inblob, signal) => {
        const report = await kernel.report(inblob, signal);
        return this.#collateral ? { ...report, collateral: this.#collateral } : report;
      },
    };
  }

  async mkdir(path: string): Promise<void> {
    this.#entries.set(path, { generation: 0 });
  }

  async rmdir(path: string): Promise<void> {
    this.#entries.delete(path);
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const [entry] = this.#find(path);
    entry.inblob = bytes.slice();
    entry.generation += 1;
  }

  async readFile(path: string): Promise<Uint8Array> {
    const [entry, attribute] = this.#find(path);
    switch (attribute) {
      case 'outblob':
        return this.#report(entry);
      case 'auxblob':
        return entry.auxblob ?? new Uint8Array(0);
      case 'provider':
        return Buffer.from('sev_guest\n');
      case 'generation':
        return Buffer.from(`${entry.generation}\n`);
      default:
        throw errno('ENOENT');
    }
  }

  async #report(entry: Entry): Promise<Uint8Array> {
    if (this.#making || this.#toRefuse > 0) {
      if (!this.#making) this.#toRefuse -= 1;
      this.refusals += 1;
      throw errno('EBUSY');
    }
    this.#making = true;
    try {
      await sleep(this.#options.reportMs);
      const { outblob, auxblob, collateral } = await this.#platform.report(entry.inblob ?? new Uint8Array(0));
      this.#collateral = collateral;
      entry.auxblob = auxblob!;
      this.reports += 1;
      return outblob;
    } finally {
      this.#making = false;
      this.#toRefuse = this.#options.refusals;
    }
  }

  #find(path: string): readonly [Entry, string] {
    const cut = path.lastIndexOf('/');
    const entry = this.#entries.get(path.slice(0, cut));
    if (!entry) throw errno('ENOENT');
    return [entry, path.slice(cut + 1)];
  }
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: the firmware is simulated`), { code });
}
