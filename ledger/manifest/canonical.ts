/** One way to write a JSON value: RFC 8785 for what manifests are made of, which is ASCII text, integers, lists, objects. */
import { LedgerError } from '../error.js';

export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Printable ASCII, and that of it which needs no escape. */
const TEXT = /^[\x20-\x7e]*$/;
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Names sorted, nothing between. @throws LedgerError `entry-not-canonical` for what is never in a manifest */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') {
    if (PLAIN.test(value)) return `"${value}"`;
    if (TEXT.test(value)) return JSON.stringify(value);
  } else if (typeof value === 'boolean' || (Number.isSafeInteger(value) && !Object.is(value, -0))) {
    return String(value);
  } else if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(fields).sort();
    return `{${names.map((name) => `${canonicalJson(name)}:${canonicalJson(fields[name])}`).join(',')}}`;
  }
  throw new LedgerError(
    'entry-not-canonical',
    'the log takes printable ASCII text, integers, true and false, lists and objects',
  );
}

/**
 * The value of canonical JSON. Writing it again gives the same bytes: it has no name twice and no other form.
 * @throws LedgerError `entry-malformed` when it is not JSON, `entry-not-canonical`
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new LedgerError('entry-malformed', 'this is not JSON', { cause });
  }
  if (canonicalJson(value) === text) return value;
  throw new LedgerError('entry-not-canonical', 'this JSON is not in its one canonical form (RFC 8785)');
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
