import type { AuditPath } from './binding.js';

/** What a server shows of its machine, exactly as it travels in the RA-TLS certificate. None of it is trusted yet. */
export interface Evidence {
  /** configfs-tsm's `provider` attribute: `sev_guest` or `tdx_guest`. It says how to read `outblob`. */
  readonly provider: string;
  /** The platform's signed report: an SEV-SNP attestation report, or a TDX quote. */
  readonly outblob: Uint8Array;
  /** SEV-SNP: the certificate table of the host, if it gave one. */
  readonly auxblob?: Uint8Array;
  /**
   * What the platform's maker publishes about it, stapled by the server so that clients need not call anybody: TDX
   * collateral (`encodeTdxCollateral`), or AMD's revocation list of the product line (DER).
   */
  readonly collateral?: Uint8Array;
  /** TDX: the boot event log, the data that ACPI's table CCEL points to. */
  readonly eventLog?: Uint8Array;
}

/** A report that was made over one leaf among others: all that a certificate for one connection carries. */
export interface LeafEvidence {
  readonly evidence: Evidence;
  /** The Merkle root that the report was made over. */
  readonly root: Uint8Array;
  /** Where the leaf is under that root. */
  readonly auditPath: AuditPath;
}
