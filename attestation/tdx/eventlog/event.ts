/** Which of a TD's four run-time measurement registers. */
export type RtmrIndex = 0 | 1 | 2 | 3;

/** RTMR0 to RTMR3, 48 bytes each. */
export type Rtmrs = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** An event of a log that replays to the quote's RTMRs. */
export interface BootEvent {
  readonly rtmr: RtmrIndex;
  /** The specification's name, `EV_…`. No digest covers it: it is the machine's word, and how the data is shown. */
  readonly type: string;
  /** What was measured. */
  readonly digest: Uint8Array;
  /** What the log says was measured, for a person. */
  readonly description: string;
  /**
   * True when the description is covered by the digest. When it is not (code, tables and firmware are logged by name
   * only), the digest is right but the description is merely the machine's word.
   */
  readonly proven: boolean;
}
