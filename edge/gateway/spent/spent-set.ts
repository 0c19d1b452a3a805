/** A token that a request holds: spent when a machine has accepted the request, given back when it failed first. */
export interface Hold {
  /** Can be called once, and has no effect any more after it. */
  giveBack(): Promise<void>;
}

/**
 * Which tokens have been used, for all gateways together. A token is in it from before its request is passed on, so
 * that two requests can never have the same one; one whose gateway dies in between stays spent.
 */
export interface SpentSet {
  /**
   * Takes a token, in one atomic step.
   * @param id 32 bytes: the SHA-256 of the token
   * @param expires when its key is accepted no more and it can be forgotten, in milliseconds since 1970
   * @returns nothing when it is taken already
   * @throws EdgeError `spent-set-unavailable`: then no request may pass
   */
  hold(id: Uint8Array, expires: number): Promise<Hold | undefined>;
  /** @throws EdgeError `spent-set-unavailable` */
  check(): Promise<void>;
  /** Forgets what has expired. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}
