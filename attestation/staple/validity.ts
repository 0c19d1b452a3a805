/** From when and until when something that a vendor publishes is good. */
export interface Validity {
  /** When each of its parts was issued. */
  readonly issued: readonly Date[];
  /** When the first of them is due for renewal. */
  readonly nextUpdate: Date;
}
