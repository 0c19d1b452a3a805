/** What a TSM hands out, exactly as it travels in the RA-TLS certificate. None of it is trusted yet. */
export interface Evidence {
  /** configfs-tsm's `provider` attribute: `sev_guest` or `tdx_guest`. It says how to read `outblob`. */
  readonly provider: string;
  /** The platform's signed report: an SEV-SNP attestation report, or a TDX quote. */
  readonly outblob: Uint8Array;
  /** SEV-SNP: the certificate table of the host, if it gave one. */
  readonly auxblob?: Uint8Array;
}
