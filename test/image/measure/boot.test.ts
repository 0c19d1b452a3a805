import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { extended } from '../../../image/measure/boot-events.js';
import { GPT_BYTES, gptEvent } from '../../../image/measure/gpt.js';
import { authenticode, peSections } from '../../../image/measure/pe.js';

const HEADERS = 0x400;

/** A PE32+ with two sections, the second of which is not as long as its place in the file. */
function kernel(): Buffer {
  const image = Buffer.alloc(HEADERS + 0x600);
  image.write('MZ', 'latin1');
  image.writeUInt32LE(0x80, 60);
  image.write('PE\0\0', 0x80, 'latin1');
  image.writeUInt16LE(2, 0x86);
  image.writeUInt16LE(240, 0x94);
  image.writeUInt16LE(0x20b, 0x98);
  image.writeUInt32LE(HEADERS, 0x98 + 60);
  const section = (i: number, name: string, virtual: number, raw: number, at: number) => {
    const entry = 0x98 + 240 + 40 * i;
    image.write(name, entry, 'latin1');
    image.writeUInt32LE(virtual, entry + 8);
    image.writeUInt32LE(raw, entry + 16);
    image.writeUInt32LE(at, entry + 20);
    image.fill(i + 1, at, at + virtual);
  };
  section(0, '.linux', 0x400, 0x400, HEADERS);
  section(1, '.cmdline', 0x10, 0x200, HEADERS + 0x400);
  return image;
}

const changed = (change: (image: Buffer) => void): Buffer => {
  const image = kernel();
  change(image);
  return image;
};

describe('a unified kernel image', () => {
  it('has sections, each as long as it is loaded', () => {
    expect(peSections(kernel())).toEqual([
      { name: '.linux', content: Buffer.alloc(0x400, 1) },
      { name: '.cmdline', content: Buffer.alloc(0x10, 2) },
    ]);
  });

  const digest = (image: Buffer) => authenticode(image, 'sha384').toString('hex');

  it.each<[string, (image: Buffer) => unknown]>([
    ['its checksum', (image) => image.writeUInt32LE(7, 0x98 + 64)],
    ['where its certificates are', (image) => image.writeUInt32LE(7, 0x98 + 112 + 32)],
  ])('is measured without %s', (_, change) => {
    expect(digest(changed(change))).toBe(digest(kernel()));
  });

  it.each<[string, (image: Buffer) => unknown]>([
    ['its headers', (image) => image.writeUInt8(7, 0x98 + 16)],
    ['a section', (image) => image.writeUInt8(7, HEADERS + 5)],
    ['what is behind the end of a section', (image) => image.writeUInt8(7, HEADERS + 0x5ff)],
  ])('is measured with %s', (_, change) => {
    expect(digest(changed(change))).not.toBe(digest(kernel()));
  });

  it('is measured with what comes after its sections', () => {
    expect(digest(Buffer.concat([kernel(), Buffer.alloc(8)]))).not.toBe(digest(kernel()));
  });

  it.each<[string, Buffer]>([
    ['no MZ', changed((image) => image.write('ZM', 'latin1'))],
    ['no PE header', changed((image) => image.write('XX', 0x80, 'latin1'))],
    ['a PE header behind its end', changed((image) => image.writeUInt32LE(0xfffff000, 60))],
    ['headers of 32 bits', changed((image) => image.writeUInt16LE(0x10b, 0x98))],
    ['more sections than headers', changed((image) => image.writeUInt16LE(99, 0x86))],
    ['a section behind its end', kernel().subarray(0, -1)],
    ['only a beginning', kernel().subarray(0, 32)],
  ])('is refused with %s', (_, image) => {
    for (const read of [() => peSections(image), () => digest(image)]) {
      expect(read).toThrow(expect.objectContaining({ code: 'kernel-image-malformed' }));
    }
  });
});

describe('a partition table', () => {
  function disk(): Buffer {
    const start = Buffer.alloc(GPT_BYTES);
    start.write('EFI PART', 512, 'latin1');
    start.writeBigUInt64LE(2n, 512 + 72);
    start.writeUInt32LE(128, 512 + 80);
    start.writeUInt32LE(128, 512 + 84);
    start.fill(1, 1024, 1024 + 128);
    start.fill(3, 1024 + 2 * 128, 1024 + 3 * 128);
    return start;
  }

  it('is measured as its header, the number of partitions, and those that there are', () => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(2n);
    const header = disk().subarray(512, 512 + 92);
    const event = Buffer.concat([header, count, Buffer.alloc(128, 1), Buffer.alloc(128, 3)]);
    expect(gptEvent(disk())).toEqual(event);
  });

  it.each([
    ['is no GPT', Buffer.alloc(GPT_BYTES)],
    ['is cut off', disk().subarray(0, -1)],
    ['is empty', Buffer.alloc(0)],
  ])('is refused when it %s', (_, start) => {
    expect(() => gptEvent(start)).toThrow(expect.objectContaining({ code: 'disk-malformed' }));
  });
});

describe('a register', () => {
  const sha384 = (...parts: Buffer[]) => createHash('sha384').update(Buffer.concat(parts)).digest();

  it('begins with zeros, and takes events one by one', () => {
    const [one, two] = [Buffer.alloc(48, 1), Buffer.alloc(48, 2)];
    expect(extended([], 'sha384')).toEqual(Buffer.alloc(48));
    const first = sha384(Buffer.alloc(48), one);
    expect(extended([{ digest: one }, { digest: two }], 'sha384')).toEqual(sha384(first, two));
    expect(extended([{ digest: two }, { digest: one }], 'sha384')).not.toEqual(sha384(first, two));
  });
});
