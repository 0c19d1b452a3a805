/** Frames to typed requests. */
import {
  type Check,
  isBase64,
  isId,
  isListOf,
  isName,
  isObjectOf,
  isPlain,
  isText,
  isWhole,
} from './fields.js';
import { RefusedError } from './mailroom.js';
import { MAX_PACKAGES, type Request } from './protocol.js';

/** What each request has to be, beside its name. */
const REQUESTS: Readonly<Record<Request['op'], Check>> = {
  hello: isObjectOf({ token: isText }),
  publish: isObjectOf({ packages: isListOf(isBase64, MAX_PACKAGES) }),
  claim: isObjectOf({ person: isName }),
  create: isObjectOf({ group: isId }),
  send: isObjectOf({ group: isId, id: isId, bytes: isBase64 }),
  fetch: isObjectOf({ group: isId, after: isWhole }),
  'keep-piece': isObjectOf({ group: isId, media: isId, at: isWhole, bytes: isBase64 }),
  piece: isObjectOf({ group: isId, media: isId, at: isWhole }),
  invite: isObjectOf({ group: isId, seq: isWhole, bytes: isBase64, person: isName }),
  expel: isObjectOf({ group: isId, person: isName, seq: isWhole }),
  chats: isObjectOf({}),
};

/** @throws RefusedError `request-malformed` */
export function parseRequest(frame: string): { readonly re: number; readonly request: Request } {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new RefusedError('request-malformed');
  }
  const { re, op, ...fields } = isPlain(value) ? value : {};
  const right =
    isWhole(re) &&
    typeof op === 'string' &&
    Object.hasOwn(REQUESTS, op) &&
    REQUESTS[op as Request['op']](fields);
  if (!right) throw new RefusedError('request-malformed');
  return { re: re as number, request: { op, ...fields } as Request };
}
