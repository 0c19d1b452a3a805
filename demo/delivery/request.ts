/** Frames to typed requests. */
import { RefusedError } from './mailroom.js';
import type { Request } from './protocol.js';

const ID = /^[0-9a-f]{32}$/;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const id = (value: unknown) => typeof value === 'string' && ID.test(value);
const name = (value: unknown) => typeof value === 'string' && NAME.test(value);
const base64 = (value: unknown) => typeof value === 'string' && BASE64.test(value);
const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const text = (value: unknown) => typeof value === 'string' && value.length <= 200;

/** Each field of each request, and what it has to be. */
const FIELDS: Readonly<Record<Request['op'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  hello: { token: text },
  publish: { packages: (value) => Array.isArray(value) && value.length <= 50 && value.every(base64) },
  claim: { person: name },
  create: { group: id },
  send: { group: id, id, bytes: base64 },
  fetch: { group: id, after: whole },
  invite: { group: id, seq: whole, bytes: base64, person: name },
  expel: { group: id, person: name, seq: whole },
  chats: {},
};

/** @throws RefusedError `request-malformed` */
export function parseRequest(frame: string): { readonly re: number; readonly request: Request } {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new RefusedError('request-malformed');
  }
  const { re, op, ...fields } = Object(value) as Record<string, unknown>;
  if (!whole(re) || typeof op !== 'string' || !Object.hasOwn(FIELDS, op))
    throw new RefusedError('request-malformed');
  const expected = FIELDS[op as Request['op']];
  const names = Object.keys(expected);
  const right =
    Object.keys(fields).length === names.length && names.every((field) => expected[field]!(fields[field]));
  if (!right) throw new RefusedError('request-malformed');
  return { re: re as number, request: { op, ...fields } as Request };
}
