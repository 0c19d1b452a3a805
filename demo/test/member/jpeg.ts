/** What looks like a JPEG to whoever does not decode it: its frame says how large it is, noise follows. */
import type { Photo } from '../../group/index.js';

export function photo(bytes = 2_000, [width, height]: readonly [number, number] = [640, 480]): Photo {
  const frame = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255];
  const head = [...frame, width >> 8, width & 255, 1, 1, 0x11, 0, 0xff, 0xda];
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(all.subarray(at, at + 65_536));
  all.set(head);
  return { bytes: all, width, height };
}
