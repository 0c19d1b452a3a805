import { concat, varint } from '../bytes.js';
import {
  type BhttpRequest,
  type BhttpResponse,
  type Field,
  type Framing,
  REQUEST_INDETERMINATE,
  REQUEST_KNOWN,
  RESPONSE_INDETERMINATE,
  RESPONSE_KNOWN,
} from './message.js';

const TERMINATOR = Uint8Array.of(0);

/** Bytes behind their length. */
function prefixed(bytes: Uint8Array): Uint8Array {
  return concat(varint(bytes.length), bytes);
}

function fieldLines(fields: readonly Field[]): Uint8Array {
  return concat(...fields.flatMap((field) => [prefixed(field.name), prefixed(field.value)]));
}

function fieldSection(fields: readonly Field[], framing: Framing): Uint8Array {
  const lines = fieldLines(fields);
  return framing === 'known-length' ? prefixed(lines) : concat(lines, TERMINATOR);
}

/** One piece of content of an indeterminate-length message; a piece is never empty (RFC 9292 §3.2). */
export function contentChunk(bytes: Uint8Array): Uint8Array {
  return prefixed(bytes);
}

/** What ends an indeterminate-length message without trailers: content terminator, trailer terminator. */
export const CONTENT_END = Uint8Array.of(0, 0);

function contentSection(content: Uint8Array, framing: Framing): Uint8Array {
  if (framing === 'known-length') return prefixed(content);
  return content.length === 0 ? TERMINATOR : concat(contentChunk(content), TERMINATOR);
}

/** A whole request (RFC 9292 §3.4). */
export function encodeBhttpRequest(request: BhttpRequest, framing: Framing = 'known-length'): Uint8Array {
  return concat(
    varint(framing === 'known-length' ? REQUEST_KNOWN : REQUEST_INDETERMINATE),
    prefixed(request.method),
    prefixed(request.scheme),
    prefixed(request.authority),
    prefixed(request.path),
    fieldSection(request.headers, framing),
    contentSection(request.content, framing),
    fieldSection(request.trailers, framing),
  );
}

/** The part of a response that comes before its content. */
export function encodeBhttpResponseHead(
  response: Pick<BhttpResponse, 'informational' | 'status' | 'headers'>,
  framing: Framing,
): Uint8Array {
  return concat(
    varint(framing === 'known-length' ? RESPONSE_KNOWN : RESPONSE_INDETERMINATE),
    ...response.informational.map((info) => concat(varint(info.status), fieldSection(info.headers, framing))),
    varint(response.status),
    fieldSection(response.headers, framing),
  );
}

/** A whole response (RFC 9292 §3.5). */
export function encodeBhttpResponse(response: BhttpResponse, framing: Framing = 'known-length'): Uint8Array {
  return concat(
    encodeBhttpResponseHead(response, framing),
    contentSection(response.content, framing),
    fieldSection(response.trailers, framing),
  );
}
