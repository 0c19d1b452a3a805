/**
 * Writes token ids as the 64-bit numbers that graphs take. Half by half (machines that run this are little-endian),
 * because a BigInt for each would lie on V8's heap, where nothing can wipe it.
 */
export function writeIdentifiers(tokens: Int32Array, ids: BigInt64Array): void {
  const halves = new Int32Array(ids.buffer, ids.byteOffset, 2 * tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    halves[2 * i] = tokens[i]!;
    halves[2 * i + 1] = 0;
  }
}
