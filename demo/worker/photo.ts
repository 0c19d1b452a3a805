/** Pictures are sent as new JPEGs: without the place, the time and the camera that files tell of. */
import { MAX_MEDIA, MAX_SIDE, type Photo } from '../group/index.js';

/** A file that cannot become a photo. */
export class PhotoError extends Error {
  override readonly name = 'PhotoError';
  readonly code: 'photo-unreadable' | 'photo-too-large';

  constructor(code: PhotoError['code'], options?: ErrorOptions) {
    super(code === 'photo-unreadable' ? 'The file is no picture.' : 'The picture is too large.', options);
    this.code = code;
  }
}

/** Of a file that is looked at, in bytes. */
const MAX_FILE = 50 * 1024 * 1024;
/** The better one first; the other one is for pictures that are all noise. */
const QUALITIES = [0.86, 0.5];

/** Draws a picture anew, no larger than it may be. @throws PhotoError */
export async function photoOf(file: Blob): Promise<Photo> {
  if (file.size > MAX_FILE) throw new PhotoError('photo-too-large');
  const picture = await createImageBitmap(file).catch((cause: unknown) => {
    throw new PhotoError('photo-unreadable', { cause });
  });
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  // JPEG has no transparency: what was seen through is white.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  for (const quality of QUALITIES) {
    const drawn = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (drawn.size <= MAX_MEDIA) return { bytes: new Uint8Array(await drawn.arrayBuffer()), width, height };
  }
  throw new PhotoError('photo-too-large');
}
