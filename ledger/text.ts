/** Text in what a log publishes: UTF-8 without faults, a byte order mark being text like any other. */

/** @returns nothing when the bytes are no UTF-8 */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // A fault has nothing to tell but that it is one.
  }
}
