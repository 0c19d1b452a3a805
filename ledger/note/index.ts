/** Signed notes, checkpoints and cosignatures. */
export { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.js';
export { type Checkpoint, formatCheckpoint, parseCheckpoint, parseSize } from './checkpoint.js';
export { type Cosignature, cosignedMessage, formatCosignature, parseCosignature } from './cosignature.js';
export {
  formatVerifierKey,
  type KeyKind,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
  verifyEd25519,
} from './key.js';
export {
  formatNote,
  formatSignatureLine,
  type Note,
  type NoteSignature,
  parseNote,
  parseSignatureLines,
} from './note.js';
export { type VerifiedCheckpoint, verifyCheckpoint, verifyNote } from './verify.js';
