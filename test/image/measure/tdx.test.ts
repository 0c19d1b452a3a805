import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readTdxSections } from '../../../image/measure/firmware/tdx.js';
import { guidBytes } from '../../../image/measure/guid.js';
import { mrtd } from '../../../image/measure/tdx/mrtd.js';

/** What edk2's OvmfPkg declares: offset and size in the file, address, bytes in memory, kind, attributes. */
type Section = readonly [number, number, number, number, number, number];

const PAGE = 0x1000;
const VOLUME: Section = [0, PAGE, 0xffc84000, PAGE, 0, 1];
const VARIABLES: Section = [PAGE, PAGE, 0xffc00000, PAGE, 1, 0];
const HOB: Section = [0, 0, 0x809000, 2 * PAGE, 2, 0];
const LATER: Section = [0, 0, 0x100000, PAGE, 4, 2];

function firmware(
  sections: readonly Section[],
  { table = true, signature = 'TDVF', count = sections.length } = {},
): Buffer {
  const size = 4 * PAGE;
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  const metadataAt = 2 * PAGE;
  bytes.write(signature, metadataAt, 'latin1');
  bytes.writeUInt32LE(count, metadataAt + 12);
  for (const [i, [offset, length, address, memory, kind, attributes]] of sections.entries()) {
    const at = metadataAt + 16 + 32 * i;
    bytes.writeUInt32LE(offset, at);
    bytes.writeUInt32LE(length, at + 4);
    bytes.writeBigUInt64LE(BigInt(address), at + 8);
    bytes.writeBigUInt64LE(BigInt(memory), at + 16);
    bytes.writeUInt32LE(kind, at + 24);
    bytes.writeUInt32LE(attributes, at + 28);
  }
  const entry = (guid: string, data: Buffer, length = data.length + 18) => {
    const head = Buffer.alloc(2);
    head.writeUInt16LE(length);
    return Buffer.concat([data, head, guidBytes(guid)]);
  };
  const offset = Buffer.alloc(4);
  offset.writeUInt32LE(size - metadataAt);
  const entries = table ? entry('e47a6535-984a-4798-865e-4685a7bf8ec2', offset) : Buffer.alloc(0);
  const footer = entry('96b582de-1fb2-45f7-baea-a366c55a082d', Buffer.alloc(0), entries.length + 18);
  Buffer.concat([entries, footer]).copy(bytes, size - 32 - entries.length - footer.length);
  return bytes;
}

describe('the TDVF metadata of a firmware', () => {
  it('says what a TD is built of', () => {
    const bytes = firmware([VOLUME, HOB, LATER]);
    expect(readTdxSections(bytes)).toMatchObject([
      {
        kind: 'boot-volume',
        content: bytes.subarray(0, PAGE),
        address: 0xffc84000n,
        extended: true,
        augmented: false,
      },
      { kind: 'td-hob', bytes: BigInt(2 * PAGE), extended: false },
      { kind: 'permanent-memory', augmented: true },
    ]);
  });

  it.each<[string, Buffer, string]>([
    ['no metadata for TDX', firmware([VOLUME], { table: false }), 'firmware-no-tdx'],
    ['no signature where the table points', firmware([VOLUME], { signature: 'XXXX' }), 'firmware-malformed'],
    ['more sections than bytes', firmware([VOLUME], { count: 1000 }), 'firmware-malformed'],
    ['a section of an unknown kind', firmware([[0, PAGE, 0, PAGE, 9, 1]]), 'firmware-malformed'],
    ['a section that begins within a page', firmware([[0, PAGE, 1, PAGE, 0, 1]]), 'firmware-malformed'],
    [
      'a section that goes beyond the file',
      firmware([[3 * PAGE, 2 * PAGE, 0, 2 * PAGE, 0, 1]]),
      'firmware-malformed',
    ],
    ['more content than memory', firmware([[0, 2 * PAGE, 0, PAGE, 0, 1]]), 'firmware-malformed'],
    ['no table', Buffer.alloc(PAGE), 'firmware-malformed'],
    ['no byte', Buffer.alloc(0), 'firmware-malformed'],
  ])('is refused with %s', (_, bytes, code) => {
    expect(() => readTdxSections(bytes)).toThrow(expect.objectContaining({ code }));
  });
});

describe('MRTD', () => {
  const of = (...sections: Section[]) => mrtd(readTdxSections(firmware(sections))).toString('hex');

  it('is the hash of what the TDX module is told: a page added, then its sixteen chunks', () => {
    const page = firmware([VOLUME]).subarray(0, PAGE);
    const hash = createHash('sha384');
    const record = (name: string, address: number) => {
      const bytes = Buffer.alloc(128);
      bytes.write(name, 'latin1');
      bytes.writeBigUInt64LE(BigInt(address), 16);
      hash.update(bytes);
    };
    record('MEM.PAGE.ADD', 0xffc84000);
    for (let chunk = 0; chunk < 16; chunk++) {
      record('MR.EXTEND', 0xffc84000 + 256 * chunk);
      hash.update(page.subarray(256 * chunk, 256 * (chunk + 1)));
    }
    expect(of(VOLUME)).toBe(hash.digest('hex'));
  });

  it('depends on the pages that are added, their order and addresses', () => {
    const moved: Section = [0, PAGE, 0xffc85000, PAGE, 0, 1];
    const all = [of(VOLUME), of(moved), of(VOLUME, HOB), of(HOB, VOLUME), of(VOLUME, VARIABLES)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not depend on what is added to a running TD, or on variables that nobody extends', () => {
    expect(of(VOLUME, LATER)).toBe(of(VOLUME));
    const other: Section = [2 * PAGE, PAGE, 0xffc00000, PAGE, 1, 0];
    expect(of(VOLUME, other)).toBe(of(VOLUME, VARIABLES));
  });
});
