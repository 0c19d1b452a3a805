/** Photos: each is sealed with a key of its own, which goes with the message and nowhere else. */
import { fromBase64, toBase64 } from './base64.js';
import { equal } from './equal.js';
import { GroupError } from './error.js';

/** A photo as it is seen: a JPEG without metadata. */
export interface Photo {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a message says of a photo, for those who get it. */
export interface Media {
  /** What the delivery service calls it. */
  readonly id: string;
  /** AES-256-GCM, for this photo alone; base64, 32 bytes. */
  readonly key: string;
  /** SHA-256 of what was sealed, base64: all in the chat get the same photo, whoever keeps it. */
  readonly digest: string;
  /** In bytes, without its seal. */
  readonly size: number;
  readonly width: number;
  readonly height: number;
}

/** Of one photo, in bytes. */
export const MAX_MEDIA = 4 * 1024 * 1024;
/** Of its longer side, in pixels. */
export const MAX_SIDE = 2048;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
/** A key seals one photo, so that one nonce will do. */
const NONCE = new Uint8Array(12);
const ID = /^[0-9a-f]{32}$/;
/** 32 bytes in base64. */
const SECRET = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Seals a photo, padded by an eighth at most: the delivery service learns its size so far, and nothing more.
 * @throws GroupError `media-too-large`
 */
export async function sealMedia(
  id: string,
  { bytes, width, height }: Photo,
): Promise<{ readonly media: Media; readonly sealed: Uint8Array<ArrayBuffer> }> {
  if (bytes.length > MAX_MEDIA || Math.max(width, height) > MAX_SIDE)
    throw new GroupError('media-too-large', 'A photo is larger than this app sends.');
  const padded = new Uint8Array(paddedSize(bytes.length));
  padded.set(bytes);
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv: NONCE }, await keyOf(secret, 'encrypt'), padded),
  );
  const media = {
    id,
    key: toBase64(secret),
    digest: toBase64(await sha256(sealed)),
    size: bytes.length,
    width,
    height,
  };
  secret.fill(0);
  return { media, sealed };
}

/** @throws GroupError `media-refused` when it is not what was sent */
export async function openMedia(
  { key: secret, digest, size }: Media,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!equal(await sha256(sealed), fromBase64(digest))) throw mediaRefused();
  const key = await keyOf(new Uint8Array(fromBase64(secret)), 'decrypt');
  const padded = await crypto.subtle
    .decrypt({ name: 'AES-GCM', iv: NONCE }, key, sealed)
    .catch((cause: unknown) => {
      throw mediaRefused(cause);
    });
  if (padded.byteLength < size) throw mediaRefused();
  return new Uint8Array(padded, 0, size);
}

/** How much the delivery service has of it, in bytes. */
export const sealedSize = ({ size }: Pick<Media, 'size'>): number => paddedSize(size) + TAG_BYTES;

/** The next number whose binary form has as many digits before its zeros as its length has digits, or one less. */
function paddedSize(size: number): number {
  if (size < 2) return 2;
  const exponent = Math.floor(Math.log2(size));
  const step = 2 ** Math.max(0, exponent - Math.floor(Math.log2(exponent || 1)) - 1);
  return Math.ceil(size / step) * step;
}

/** @returns nothing when it has not the form of one */
export function readMedia(value: unknown): Media | undefined {
  const { id, key, digest, size, width, height, ...more } = Object(value) as Record<string, unknown>;
  const whole =
    Object.keys(more).length === 0 &&
    matches(id, ID) &&
    matches(key, SECRET) &&
    matches(digest, SECRET) &&
    isUpTo(size, MAX_MEDIA) &&
    isUpTo(width, MAX_SIDE) &&
    isUpTo(height, MAX_SIDE);
  return whole ? { id, key, digest, size, width, height } : undefined;
}

const matches = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && form.test(value);
const isUpTo = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most;

const keyOf = (secret: Uint8Array<ArrayBuffer>, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', secret, 'AES-GCM', false, [use]);

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const mediaRefused = (cause?: unknown) =>
  new GroupError('media-refused', 'A photo is not the one that was sent, or none that this app shows.', {
    cause,
  });
