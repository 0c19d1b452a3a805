/**
 * configfs-tsm in memory, after drivers/virt/coco/tsm.c: attributes exist as soon as a directory does; inblob is taken
 * when it is written, and that write counts as a generation; outblob and auxblob are made on the first read after it.
 */
import type { TsmFiles } from '../../../attestation/tsm/index.js';

interface Entry {
  inblob?: Uint8Array;
  generation: number;
}

export interface KernelOptions {
  /** Errors to answer with, by operation (`mkdir`, `rmdir`, `read outblob`, `write inblob`), one a call. */
  readonly errors?: { [operation: string]: string[] };
  readonly auxblob?: 'absent' | 'empty';
  /** Happens after inblob was written: what an interfering process would do. */
  readonly afterWrite?: (entry: Entry) => void;
  readonly generation?: string;
}

export class Kernel implements TsmFiles {
  readonly entries = new Map<string, Entry>();
  readonly log: string[] = [];
  readonly #options: KernelOptions;

  constructor(options: KernelOptions = {}) {
    this.#options = options;
  }

  async mkdir(path: string): Promise<void> {
    this.#happens('mkdir');
    if (this.entries.has(path)) throw errno('EEXIST');
    this.entries.set(path, { generation: 0 });
  }

  async rmdir(path: string): Promise<void> {
    this.#happens('rmdir');
    if (!this.entries.delete(path)) throw errno('ENOENT');
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const [entry, attribute] = this.#find(path);
    this.#happens(`write ${attribute}`);
    if (attribute !== 'inblob') throw errno('EACCES');
    if (bytes.length === 0 || bytes.length > 64) throw errno('EINVAL');
    entry.inblob = bytes.slice();
    entry.generation += 1;
    this.#options.afterWrite?.(entry);
  }

  async readFile(path: string): Promise<Uint8Array> {
    const [entry, attribute] = this.#find(path);
    this.#happens(`read ${attribute}`);
    switch (attribute) {
      case 'provider':
        return Buffer.from('sev_guest\n');
      case 'generation':
        return Buffer.from(this.#options.generation ?? `${entry.generation}\n`);
      case 'outblob':
        return Uint8Array.of(0x0b, ...requireWritten(entry));
      case 'auxblob':
        if (this.#options.auxblob === 'absent') throw errno('ENOENT');
        return this.#options.auxblob === 'empty'
          ? new Uint8Array(0)
          : Uint8Array.of(0xa0, requireWritten(entry)[0]!);
      default:
        throw errno(attribute === 'inblob' ? 'EACCES' : 'ENOENT');
    }
  }

  #find(path: string): [Entry, string] {
    const cut = path.lastIndexOf('/');
    const entry = this.entries.get(path.slice(0, cut));
    if (!entry) throw errno('ENOENT');
    return [entry, path.slice(cut + 1)];
  }

  #happens(operation: string): void {
    this.log.push(operation);
    const code = this.#options.errors?.[operation]?.shift();
    if (code) throw errno(code);
  }
}

function requireWritten(entry: Entry): Uint8Array {
  if (!entry.inblob) throw errno('EINVAL');
  return entry.inblob;
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}
