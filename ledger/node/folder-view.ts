import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerError } from '../error.js';
import { tilePath } from '../tree/index.js';
import type { LogView } from '../view.js';
import { CHECKPOINT_PATH, statePath } from './store.js';

/** A log in a folder: a copy, or the `public` folder of one. All three throw LedgerError `log-unavailable`, `tile-missing`. */
export function folderView(folder: string): LogView {
  const read = async (path: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(folder, path));
    } catch (cause) {
      const code = path.startsWith('tile/') ? 'tile-missing' : 'log-unavailable';
      throw new LedgerError(code, `there is no ${path} in ${folder}`, { cause });
    }
  };
  return {
    checkpoint: () => read(CHECKPOINT_PATH),
    tile: (address) => read(tilePath(address)),
    state: (hash) => read(statePath(hash)),
  };
}
