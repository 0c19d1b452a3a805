/** Signed notes as text, C2SP signed-note. */
import { fromBase64, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { textOf } from '../text.js';

export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of what is encoded, big-endian. */
  readonly keyId: number;
  /** The rest. */
  readonly signature: Uint8Array;
}

export interface Note {
  /** With its last line feed, without the empty line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const MAX_BYTES = 64 * 1024;
const MAX_SIGNATURES = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a note must not have
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

/** @throws LedgerError `note-malformed` */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > MAX_BYTES) malformed('it is too long');
  const whole = textOf(bytes) ?? malformed('it is not UTF-8');
  if (CONTROL.test(whole)) malformed('it has control characters');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) malformed('it has no signatures');
  const text = whole.slice(0, split + 1);
  return { text, signatures: parseSignatureLines(whole.slice(split + 2)) };
}

/** Lines of signatures, at least one. @throws LedgerError `note-malformed` */
export function parseSignatureLines(text: string): NoteSignature[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) malformed('its signatures are cut off');
  if (lines.length > MAX_SIGNATURES) malformed('it has too many signatures');
  return lines.map(parseLine);
}

function parseLine(line: string): NoteSignature {
  const [, name, encoded] = LINE.exec(line) ?? [];
  const blob = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !blob || blob.length < 5) return malformed('a line of its signatures is none');
  return { name, keyId: new DataView(blob.buffer).getUint32(0), signature: blob.subarray(4) };
}

export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignatureLine).join('')}`;
}

export function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  const blob = new Uint8Array(4 + signature.length);
  new DataView(blob.buffer).setUint32(0, keyId);
  blob.set(signature, 4);
  return `\u2014 ${name} ${toBase64(blob)}\n`;
}

function malformed(how: string): never {
  throw new LedgerError('note-malformed', `the note is malformed: ${how}`);
}
