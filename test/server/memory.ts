/** Reads all of another process's memory and looks for bytes in it. Linux only, as the same user. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 4 * 2 ** 20;

/** How often each pattern is anywhere in the process's memory. */
export function countInMemory(
  pid: number,
  patterns: Readonly<Record<string, Uint8Array>>,
): Record<string, number> {
  const entries = Object.entries(patterns).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }));
  const overlap = Math.max(...entries.map(({ bytes }) => bytes.length)) - 1;
  const counts = Object.fromEntries(entries.map(({ name }) => [name, 0]));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK);
  let scanned = 0;
  try {
    for (const [start, end] of readableRegions(pid)) {
      for (let at = start; at < end; ) {
        const length = readAt(memory, buffer, at, Math.min(CHUNK, end - at));
        if (length === 0) break;
        scanned += length;
        const chunk = buffer.subarray(0, length);
        for (const { name, bytes } of entries) counts[name]! += occurrences(chunk, bytes);
        if (at + length >= end) break;
        at += Math.max(1, length - overlap);
      }
    }
  } finally {
    closeSync(memory);
  }
  // A scan that read next to nothing would find nothing.
  if (scanned < 100 * 2 ** 20) throw new Error(`only ${scanned} bytes of the process could be read`);
  return counts;
}

function readableRegions(pid: number): [number, number][] {
  return readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .filter((line) => / r...? /.test(line) && !/\[(vvar|vsyscall|vvar_vclock)\]/.test(line))
    .map((line) => {
      const [start = '', end = ''] = line.split(' ')[0]!.split('-');
      return [Number.parseInt(start, 16), Number.parseInt(end, 16)];
    });
}

/** Bytes read; 0 where a region went away or is no memory. */
function readAt(file: number, buffer: Buffer, position: number, length: number): number {
  try {
    return readSync(file, buffer, 0, length, position);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EIO' || code === 'EFAULT') return 0;
    throw error;
  }
}

function occurrences(chunk: Buffer, bytes: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(bytes); at >= 0; at = chunk.indexOf(bytes, at + 1)) count++;
  return count;
}
