/** A body that has to be small, whole. @throws Error when it is longer than `most` bytes; what the stream breaks with */
export async function bodyAtMost(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > most) throw new Error('the body is too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
