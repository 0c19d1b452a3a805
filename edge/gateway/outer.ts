/** The two outer forms of a request, opened: RFC 9458 whole, and chunked. */
import {
  type BhttpRequest,
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  ChunkedRequestOpener,
  concat,
  decapsulateRequest,
  decodeBhttpRequest,
  OHTTP_REQUEST_TYPE,
  OHTTP_RESPONSE_TYPE,
  WireError,
} from '../../wire/index.js';
import { EdgeError } from '../error.js';
import type { InnerAnswer } from './inner.js';
import type { KeyRing } from './key-ring.js';
import { collected, sealedStream, wholeResponse } from './seal.js';

export interface Outer {
  readonly request: BhttpRequest;
  /** Media type of what `seal` returns. */
  readonly answer: string;
  /** What goes back to the relay. @throws EdgeError `vm-unavailable` when a whole answer breaks off */
  seal(answer: InnerAnswer): Promise<Uint8Array | ReturnType<typeof sealedStream>>;
  wipe(): void;
}

/** @throws EdgeError `key-unknown`, `request-refused`, `media-type-unsupported` */
export function openOuter(keys: KeyRing, type: string, message: Uint8Array): Outer {
  const open = { [OHTTP_REQUEST_TYPE]: openWhole, [CHUNKED_REQUEST_TYPE]: openChunked }[type];
  if (!open) {
    throw new EdgeError('media-type-unsupported', 'A gateway takes encapsulated requests and nothing else.');
  }
  try {
    return open(keys, message);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    if (cause.code === 'ohttp-unknown-key') throw unknownKey(cause);
    throw new EdgeError('request-refused', 'The request does not open: it is damaged, or cut off.', {
      detail: cause.code,
      cause,
    });
  }
}

function keysOf(keys: KeyRing, message: Uint8Array) {
  if (message.length === 0) throw new WireError('ohttp-truncated', 'the message is empty');
  const found = keys.find(message[0]!);
  if (!found) throw unknownKey();
  return found;
}

function openWhole(keys: KeyRing, message: Uint8Array): Outer {
  const { pair, config } = keysOf(keys, message);
  const opened = decapsulateRequest(pair, config, message);
  return {
    request: decodeBhttpRequest(opened.request.bytes),
    answer: OHTTP_RESPONSE_TYPE,
    async seal(answer) {
      return opened.sealResponse(wholeResponse(answer, await collected(answer)));
    },
    wipe: () => opened.wipe(),
  };
}

function openChunked(keys: KeyRing, message: Uint8Array): Outer {
  const { pair, config } = keysOf(keys, message);
  const opener = new ChunkedRequestOpener(pair, config, message);
  const request = decodeBhttpRequest(concat(...opener.open()));
  return {
    request,
    answer: CHUNKED_RESPONSE_TYPE,
    async seal(answer) {
      return sealedStream(answer, opener.response());
    },
    wipe: () => opener.wipe(),
  };
}

function unknownKey(cause?: unknown): EdgeError {
  return new EdgeError(
    'key-unknown',
    'The request is sealed to a key that is not in use: fetch the keys again.',
    {
      cause,
    },
  );
}
