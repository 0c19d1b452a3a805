/**
 * Every reason for which something of the log is refused. The text before the first hyphen names the topic; a code never
 * changes its meaning.
 */
export type LedgerErrorCode =
  // signed notes and keys
  | 'note-malformed'
  | 'note-unknown-key'
  | 'note-bad-signature'
  | 'note-key-malformed'
  // checkpoints and cosignatures
  | 'checkpoint-malformed'
  | 'checkpoint-origin'
  | 'checkpoint-future'
  | 'checkpoint-stale'
  | 'cosignature-malformed'
  | 'cosignature-bad-signature'
  | 'witness-quorum'
  // tiles and proofs
  | 'tile-malformed'
  | 'tile-truncated'
  | 'tile-mismatch'
  | 'tile-missing'
  | 'tree-size'
  | 'tree-root'
  | 'tree-split-view'
  | 'proof-malformed'
  | 'proof-inclusion'
  | 'proof-consistency'
  // entries and manifests
  | 'entry-malformed'
  | 'entry-not-canonical'
  | 'entry-too-large'
  | 'manifest-unknown-type'
  | 'manifest-unknown-field'
  | 'manifest-missing-field'
  | 'manifest-value'
  | 'signature-malformed'
  | 'signature-unknown-key'
  | 'signature-duplicate'
  | 'signature-bad'
  | 'signature-threshold'
  | 'keys-genesis'
  | 'keys-chain'
  | 'revocation-unknown'
  // the state that a checkpoint commits to
  | 'state-malformed'
  | 'state-mismatch'
  // what a client accepts
  | 'bundle-missing'
  | 'bundle-malformed'
  | 'entry-type'
  | 'entry-subject'
  | 'entry-simulated'
  | 'entry-unlisted'
  | 'entry-revoked'
  | 'entry-superseded'
  | 'entry-not-yet-valid'
  | 'entry-expired'
  | 'policy-malformed'
  | 'policy-duplicate-witness'
  | 'policy-quorum'
  // the log as a process
  | 'log-in-use'
  | 'log-corrupt'
  | 'log-unavailable'
  | 'log-failed'
  | 'log-busy'
  // the witness as a process
  | 'witness-unknown-log'
  | 'witness-request-malformed'
  | 'witness-failed';

/** An error about the log. Its message says what is wrong and what to do about it. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
