/** Frames of the delivery service to typed answers and pushes. It is believed in nothing, its grammar included. */
import {
  type Check,
  isBase64,
  isBoolean,
  isId,
  isListOf,
  isName,
  isNull,
  isObjectOf,
  isPlain,
  isRecordOf,
  isWhole,
} from './fields.js';
import { LinkError } from './link-error.js';
import { type Answer, type Answers, MAX_FETCH, type Push, REFUSALS, type Request } from './protocol.js';

/** Of people, and of invitations: more than any service has. */
const MANY = 10_000;

const isEntry = isObjectOf({ seq: isWhole, bytes: isBase64 });
const isInvitation = isObjectOf({ group: isId, seq: isWhole, bytes: isBase64 });
const isHeads = isRecordOf(isId, isObjectOf({ seq: isWhole, ended: isBoolean }));
const isPresence = isObjectOf({ person: isName, online: isBoolean, ready: isBoolean });

/** What each request is answered with. */
const VALUES: Readonly<Record<Request['op'], Check>> = {
  hello: isObjectOf({ person: isName, packages: isWhole }),
  publish: isObjectOf({ packages: isWhole }),
  claim: isBase64,
  create: isNull,
  send: isWhole,
  fetch: isListOf(isEntry, MAX_FETCH),
  'keep-piece': isNull,
  piece: isBase64,
  invite: isNull,
  expel: isNull,
  chats: isObjectOf({ invitations: isListOf(isInvitation, MANY), heads: isHeads }),
};

const PUSHES: Readonly<Record<Push['push'], Check>> = {
  entry: isObjectOf({ group: isId, entry: isEntry }),
  invitation: isObjectOf({ invitation: isInvitation }),
  presence: isObjectOf({ people: isListOf(isPresence, MANY) }),
  pulse: isObjectOf({ heads: isHeads }),
};

const isYes = isObjectOf({ re: isWhole, ok: (value) => value === true, value: () => true });
const isNo = isObjectOf({
  re: isWhole,
  ok: (value) => value === false,
  code: (value) => (REFUSALS as readonly unknown[]).includes(value),
});

/**
 * An answer, whose value has yet to be looked at by `parseValue`, or a push.
 * @throws LinkError `answer-malformed`
 */
export function parseFrame(frame: string): Answer | Push {
  const value = parsed(frame);
  if (isYes(value) || isNo(value)) return value as Answer;
  const { push, ...fields } = isPlain(value) ? value : {};
  const known = typeof push === 'string' && Object.hasOwn(PUSHES, push);
  if (known && PUSHES[push as Push['push']](fields)) return value as Push;
  throw new LinkError('answer-malformed');
}

/** @throws LinkError `answer-malformed` */
export function parseValue<Op extends Request['op']>(op: Op, value: unknown): Answers[Op] {
  if (VALUES[op](value)) return value as Answers[Op];
  throw new LinkError('answer-malformed');
}

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    throw new LinkError('answer-malformed');
  }
}
