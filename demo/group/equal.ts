/** Whether two are the same bytes. Not for secrets: it takes as long as they are alike. */
export const equal = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
