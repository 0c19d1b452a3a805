/**
 * Every reason for which evidence, or the making of it, is refused. The text before the first hyphen names the
 * topic; a code never changes its meaning, so that callers and logs may rely on it.
 */
export type AttestationErrorCode =
  // the RA-TLS certificate
  | 'ratls-malformed'
  | 'ratls-no-evidence'
  | 'ratls-bad-signature'
  | 'ratls-not-yet-valid'
  | 'ratls-expired'
  // the evidence as bytes
  | 'evidence-malformed'
  | 'evidence-unknown-provider'
  | 'snp-report-size'
  | 'snp-report-version'
  | 'snp-report-reserved'
  | 'snp-report-signature-algorithm'
  | 'snp-table-malformed'
  // the chain of the key that signed the report
  | 'snp-certificate-missing'
  | 'snp-certificate-malformed'
  | 'snp-signing-key-unsupported'
  | 'snp-unknown-root'
  | 'snp-chain-bad-signature'
  | 'snp-chain-not-yet-valid'
  | 'snp-chain-expired'
  | 'snp-chain-mixed'
  | 'simulated-not-trusted'
  // the report under that key
  | 'snp-bad-signature'
  | 'snp-product-mismatch'
  | 'snp-chip-mismatch'
  | 'snp-tcb-mismatch'
  | 'snp-tcb-order'
  // policy
  | 'policy-invalid'
  | 'policy-debug'
  | 'policy-migration-agent'
  | 'policy-vmpl'
  | 'policy-minimum-tcb'
  | 'policy-measurement'
  // session binding
  | 'binding-malformed'
  | 'binding-report-data'
  | 'binding-stale'
  // a check that was not reached, because an earlier one failed
  | 'not-checked'
  // the machine's TSM
  | 'tsm-unavailable'
  | 'tsm-busy'
  | 'tsm-interfered'
  | 'tsm-failed'
  | 'tsm-bad-input';

/** Thrown by the parsers and by the TSM; `verifySession` turns it into a failed check instead. */
export class AttestationError extends Error {
  override readonly name = 'AttestationError';
  readonly code: AttestationErrorCode;

  constructor(code: AttestationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
