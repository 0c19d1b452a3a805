/** What is running, as `/v1/release` tells it. */
export interface Release {
  readonly version: string;
  readonly model: {
    readonly name: string;
    /** Of the weights: 4, 8 or 32. */
    readonly bits: number;
    /** SHA-256 of the pack's manifest, 32 bytes. */
    readonly digest: Uint8Array;
  };
}
