/** Whether an event's digest is over what its data says: then the log cannot lie about it. */
import { sha384 } from '@noble/hashes/sha2.js';
import { sameBytes } from '../../bytes.js';
import { EventType } from './names.js';
import type { LoggedEvent } from './parse.js';

/** GRUB measures what follows these words, and logs it with them. */
const GRUB_PREFIXES = ['grub_cmd: ', 'kernel_cmdline: ', 'module_cmdline: '];

/**
 * True when the digest covers the whole of what `describeEvent` shows: all of the data, or text without the NUL and the
 * prefix that it is logged with. Of boot variables only the value is measured, not the name, so that is not proof.
 */
export function isMeasuredText({ type, digest, data }: LoggedEvent): boolean {
  return measuredForms(type, data).some((form) => sameBytes(sha384(form), digest));
}

function measuredForms(type: number, data: Uint8Array): Uint8Array[] {
  if (type !== EventType.ipl) return [data];
  const text = data.at(-1) === 0 ? data.subarray(0, -1) : data;
  const prefix = GRUB_PREFIXES.map((words) => new TextEncoder().encode(words)).find((words) =>
    words.every((byte, i) => text[i] === byte),
  );
  return prefix ? [data, text, text.subarray(prefix.length)] : [data, text];
}
