/** Writes small ZIP archives for tests (PKWARE's APPNOTE.TXT, section 4.3). */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  /** What the directory says, when it is to lie. */
  readonly says?: { readonly size?: number; readonly crc?: number; readonly compressed?: number };
  /** Bytes that stand for the compressed content, when they are to be damaged. */
  readonly raw?: Uint8Array;
}

export function zipBytes(members: readonly ZipMember[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, says = {}, raw } of members) {
    const data = raw ?? (method === 8 ? deflateRawSync(content) : content);
    const common = fields(
      [2, 20],
      [2, 0],
      [2, method],
      [4, 0],
      [4, says.crc ?? crc32(content)],
      [4, says.compressed ?? data.length],
      [4, says.size ?? content.length],
      [2, Buffer.byteLength(name)],
    );
    // The two extra fields differ in length, as they do in real archives.
    const localExtra = Buffer.alloc(12);
    const entryExtra = Buffer.alloc(4);
    const local = Buffer.concat([
      fields([4, 0x04034b50]),
      common,
      fields([2, localExtra.length]),
      Buffer.from(name),
      localExtra,
      data,
    ]);
    const entry = [
      fields([4, 0x02014b50], [2, 20]),
      common,
      fields([2, entryExtra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      Buffer.from(name),
      entryExtra,
    ];
    locals.push(local);
    entries.push(Buffer.concat(entry));
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = fields(
    [4, 0x06054b50],
    [4, 0],
    [2, members.length],
    [2, members.length],
    [4, directory.length],
    [4, offset],
    [2, Buffer.byteLength(comment)],
  );
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)]);
}

function fields(...values: readonly [width: 2 | 4, value: number][]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of values) at = bytes.writeUIntLE(value, at, width);
  return bytes;
}
