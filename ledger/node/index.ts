/** What runs a log and a witness. */
export { folderView } from './folder-view.js';
export { type Appended, type Head, Log, type LogOptions } from './log.js';
export {
  createSigner,
  readOrCreateSigner,
  readSigner,
  type Signer,
  signEntry,
  signerOf,
  signNote,
  withSignatures,
} from './signer.js';
export { CHECKPOINT_PATH, LogStore, statePath } from './store.js';
export { Witness, type Witnessed, type WitnessOptions } from './witness.js';
