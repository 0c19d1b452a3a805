import type { Readable } from 'node:stream';

/** A body was longer than its reader takes. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/**
 * A body that has to be small, whole. Reads by events: an iterator would wait for several promises a piece.
 *
 * @throws BodyTooLong beyond `most` bytes; what the stream breaks with
 */
export function bodyAtMost(body: Readable, most: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    body.on('data', (part: Uint8Array) => {
      length += part.length;
      if (length > most) body.destroy(new BodyTooLong('the body is too long'));
      else parts.push(part);
    });
    body.once('end', () => resolve(Buffer.concat(parts)));
    body.once('error', reject);
    const broken = () => reject(body.errored ?? new Error('the body broke off'));
    body.once('close', broken);
    if (body.destroyed) broken();
  });
}
