import { ImageError } from '../error.js';
import { peSections } from './pe.js';

/**
 * The root hash of dm-verity that a unified kernel image starts with, in hexadecimal.
 *
 * @throws ImageError `image-damaged`; MeasureError `kernel-image-malformed`
 */
export function verityRoot(uki: Buffer): string {
  const commandLine = peSections(uki)
    .find(({ name }) => name === '.cmdline')
    ?.content.toString('latin1');
  const found = /\broothash=([0-9a-f]{64})\b/.exec(commandLine ?? '')?.[1];
  if (found) return found;
  throw new ImageError('image-damaged', 'The unified kernel image names no root hash: build it again.');
}
