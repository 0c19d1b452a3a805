/** A body was longer than its reader takes. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/** A body that has to be small, whole. @throws BodyTooLong beyond `most` bytes; what the stream breaks with */
export async function bodyAtMost(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > most) throw new BodyTooLong('the body is too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
