/** PE/COFF as UEFI measures it: sections, and the Authenticode digest (Microsoft, Windows Authenticode Portable Executable Signature Format). */
import { createHash } from 'node:crypto';
import { MeasureError } from './error.js';

const PE32_PLUS = 0x20b;

export interface PeSection {
  readonly name: string;
  /** What is loaded: without the padding to the file's alignment. */
  readonly content: Buffer;
}

interface Layout {
  readonly optional: number;
  readonly sections: number;
  readonly sectionCount: number;
  readonly headerBytes: number;
  readonly certificateEntry: number;
}

/** @throws MeasureError `kernel-image-malformed` */
export function peSections(image: Buffer): PeSection[] {
  const { sections, sectionCount } = layout(image);
  return Array.from({ length: sectionCount }, (_, i) => {
    const at = sections + i * 40;
    const virtualSize = image.readUInt32LE(at + 8);
    const rawSize = image.readUInt32LE(at + 16);
    const raw = image.readUInt32LE(at + 20);
    if (raw + rawSize > image.length) throw malformed('a section goes beyond its end');
    return {
      name: image.toString('latin1', at, at + 8).replace(/\0+$/, ''),
      content: image.subarray(raw, raw + Math.min(rawSize, virtualSize)),
    };
  });
}

/**
 * The digest under which firmware measures the image when it loads it.
 *
 * @throws MeasureError `kernel-image-malformed`
 */
export function authenticode(image: Buffer, algorithm: 'sha256' | 'sha384'): Buffer {
  const { optional, sections, sectionCount, headerBytes, certificateEntry } = layout(image);
  const checksum = optional + 64;
  const hash = createHash(algorithm);
  hash.update(image.subarray(0, checksum));
  hash.update(image.subarray(checksum + 4, certificateEntry));
  hash.update(image.subarray(certificateEntry + 8, headerBytes));
  const bodies = Array.from({ length: sectionCount }, (_, i) => {
    const at = sections + i * 40;
    return { size: image.readUInt32LE(at + 16), start: image.readUInt32LE(at + 20) };
  })
    .filter(({ size }) => size > 0)
    .sort((a, b) => a.start - b.start);
  let hashed = headerBytes;
  for (const { start, size } of bodies) {
    if (start + size > image.length) throw malformed('a section goes beyond its end');
    hash.update(image.subarray(start, start + size));
    hashed += size;
  }
  const certificates = image.readUInt32LE(certificateEntry + 4);
  if (hashed + certificates < image.length) hash.update(image.subarray(hashed, image.length - certificates));
  return hash.digest();
}

function layout(image: Buffer): Layout {
  if (image.length < 64 || image.toString('latin1', 0, 2) !== 'MZ')
    throw malformed('it does not begin with MZ');
  const pe = image.readUInt32LE(60);
  const optional = pe + 24;
  if (optional + 240 > image.length || image.toString('latin1', pe, pe + 4) !== 'PE\0\0') {
    throw malformed('it has no PE header');
  }
  if (image.readUInt16LE(optional) !== PE32_PLUS) throw malformed('it is not PE32+');
  const sectionCount = image.readUInt16LE(pe + 6);
  const sections = optional + image.readUInt16LE(pe + 20);
  const headerBytes = image.readUInt32LE(optional + 60);
  if (sections + sectionCount * 40 > headerBytes || headerBytes > image.length)
    throw malformed('its headers are cut off');
  return { optional, sections, sectionCount, headerBytes, certificateEntry: optional + 112 + 4 * 8 };
}

function malformed(what: string): MeasureError {
  return new MeasureError(
    'kernel-image-malformed',
    `This is no unified kernel image that can be measured: ${what}.`,
  );
}
