/**
 * Every reason for which evidence, or the making of it, is refused. The text before the first hyphen names the
 * topic; a code never changes its meaning, so that callers and logs may rely on it.
 */
export type AttestationErrorCode =
  // the RA-TLS certificate
  | 'ratls-malformed'
  | 'ratls-no-evidence'
  | 'ratls-no-audit-path'
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
  | 'snp-crl-missing'
  | 'snp-crl-malformed'
  | 'snp-crl-mixed'
  | 'snp-crl-bad-signature'
  | 'snp-crl-not-yet-valid'
  | 'snp-crl-expired'
  | 'snp-certificate-revoked'
  | 'simulated-not-trusted'
  // what AMD publishes about that machine
  | 'snp-product-unknown'
  | 'snp-chip-unknown'
  | 'snp-collateral-unavailable'
  // the report under that key
  | 'snp-bad-signature'
  | 'snp-product-mismatch'
  | 'snp-chip-mismatch'
  | 'snp-tcb-mismatch'
  | 'snp-tcb-order'
  // a TDX quote as bytes
  | 'tdx-quote-truncated'
  | 'tdx-quote-length'
  | 'tdx-quote-trailing'
  | 'tdx-quote-version'
  | 'tdx-quote-key-type'
  | 'tdx-quote-tee-type'
  | 'tdx-quote-body-type'
  | 'tdx-quote-vendor'
  | 'tdx-quote-certification-type'
  // the chain of the key that certified the quoting enclave
  | 'tdx-certificate-malformed'
  | 'tdx-unknown-root'
  | 'tdx-chain-mixed'
  | 'tdx-chain-bad-signature'
  | 'tdx-chain-not-yet-valid'
  | 'tdx-chain-expired'
  | 'tdx-pck-extension'
  // the collateral that Intel publishes about that platform
  | 'tdx-collateral-missing'
  | 'tdx-collateral-unavailable'
  | 'tdx-collateral-malformed'
  | 'tdx-collateral-version'
  | 'tdx-collateral-bad-signature'
  | 'tdx-collateral-not-yet-valid'
  | 'tdx-collateral-expired'
  | 'tdx-fmspc-unknown'
  | 'tdx-fmspc-mismatch'
  | 'tdx-pce-mismatch'
  | 'tdx-crl-malformed'
  | 'tdx-crl-mixed'
  | 'tdx-crl-bad-signature'
  | 'tdx-crl-not-yet-valid'
  | 'tdx-crl-expired'
  | 'tdx-certificate-revoked'
  // the quoting enclave and the quote
  | 'tdx-qe-bad-signature'
  | 'tdx-qe-binding'
  | 'tdx-qe-identity'
  | 'tdx-qe-tcb-unknown'
  | 'tdx-bad-signature'
  // the TDX module and the platform's patch level
  | 'tdx-module-unknown'
  | 'tdx-module-mismatch'
  | 'tdx-tcb-unknown'
  // the boot event log
  | 'eventlog-missing'
  | 'eventlog-malformed'
  | 'eventlog-algorithm'
  | 'eventlog-register'
  | 'eventlog-mismatch'
  // policy
  | 'policy-invalid'
  | 'policy-platform'
  | 'policy-file-malformed'
  | 'policy-file-version'
  | 'policy-file-unknown-field'
  | 'policy-file-duplicate-field'
  | 'policy-file-missing-field'
  | 'policy-file-value'
  | 'policy-debug'
  | 'policy-migration-agent'
  | 'policy-vmpl'
  | 'policy-minimum-tcb'
  | 'policy-measurement'
  | 'policy-signing-key'
  | 'policy-cloud-provider'
  | 'policy-product'
  | 'policy-single-socket'
  | 'policy-smt'
  | 'policy-abi'
  | 'policy-host-data'
  | 'policy-id-key'
  | 'policy-author-key'
  | 'policy-guest-svn'
  | 'policy-sept-ve'
  | 'policy-pks'
  | 'policy-key-locker'
  | 'policy-td-attributes'
  | 'policy-xfam'
  | 'policy-seam-attributes'
  | 'policy-mrseam'
  | 'policy-rtmr'
  | 'policy-config-id'
  | 'policy-owner'
  | 'policy-owner-config'
  | 'policy-service-td'
  | 'policy-tcb-status'
  | 'policy-tcb-evaluation'
  | 'policy-collateral-age'
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
