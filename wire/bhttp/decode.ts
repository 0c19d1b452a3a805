import { ByteReader } from '../bytes.js';
import { WireError } from '../error.js';
import {
  type BhttpRequest,
  type BhttpResponse,
  type Field,
  type Framing,
  type InformationalResponse,
  REQUEST_INDETERMINATE,
  REQUEST_KNOWN,
  RESPONSE_INDETERMINATE,
  RESPONSE_KNOWN,
} from './message.js';

const EMPTY = new Uint8Array(0);

/** A field name is a lower-case token (RFC 9292 §3.6, RFC 9110 §5.6.2). */
function isFieldName(name: Uint8Array): boolean {
  if (name.length === 0) return false;
  return name.every(
    (c) =>
      c > 0x20 &&
      c < 0x7f &&
      !(c >= 0x41 && c <= 0x5a) &&
      !'"(),/:;<=>?@[\\]{}'.includes(String.fromCharCode(c)),
  );
}

/** A field value has no line ends or zero bytes (RFC 9110 §5.5). */
function isFieldValue(value: Uint8Array): boolean {
  return value.every((c) => c !== 0 && c !== 0x0a && c !== 0x0d);
}

function field(reader: ByteReader, nameLength: number): Field {
  const name = reader.take(nameLength);
  const value = reader.take(reader.varint());
  if (!isFieldName(name) || !isFieldValue(value))
    throw new WireError('bhttp-malformed', 'a field line is not valid');
  return { name, value };
}

/** A section that the sender of a whole message may have left off its end (RFC 9292 §3.8). */
function omittableSection(reader: ByteReader, framing: Framing): Field[] {
  return reader.remaining === 0 ? [] : fieldSection(reader, framing);
}

function fieldSection(reader: ByteReader, framing: Framing): Field[] {
  const fields: Field[] = [];
  if (framing === 'known-length') {
    const lines = new ByteReader(reader.take(reader.varint()), 'bhttp-malformed');
    while (lines.remaining > 0) fields.push(field(lines, lines.varint()));
    return fields;
  }
  for (let length = reader.varint(); length !== 0; length = reader.varint())
    fields.push(field(reader, length));
  return fields;
}

/**
 * Content as one view. The pieces of an indeterminate-length message are moved together inside the message's own
 * bytes, so that no copy of them is left anywhere else.
 */
function contentSection(reader: ByteReader, framing: Framing, message: Uint8Array): Uint8Array {
  if (reader.remaining === 0) return EMPTY;
  if (framing === 'known-length') return reader.take(reader.varint());
  let start = -1;
  let end = -1;
  for (let length = reader.varint(); length !== 0; length = reader.varint()) {
    const from = reader.offset;
    reader.take(length);
    if (start < 0) {
      start = from;
      end = from + length;
    } else {
      message.copyWithin(end, from, from + length);
      end += length;
    }
  }
  return start < 0 ? EMPTY : message.subarray(start, end);
}

/** Only zeros may follow a message (RFC 9292 §3.8). */
function padding(reader: ByteReader): void {
  if (reader.rest().some((byte) => byte !== 0)) throw new WireError('bhttp-malformed', 'padding is not zero');
}

function framingOf(reader: ByteReader, known: number, indeterminate: number): Framing {
  const indicator = reader.varint();
  if (indicator === known) return 'known-length';
  if (indicator === indeterminate) return 'indeterminate-length';
  throw new WireError('bhttp-malformed', 'the framing indicator is not one of this kind of message');
}

/**
 * Parses one request. All parts are views into `message`, which an indeterminate-length request rearranges.
 * @throws WireError `bhttp-malformed`, `bhttp-truncated`
 */
export function decodeBhttpRequest(message: Uint8Array): BhttpRequest {
  const reader = new ByteReader(message, 'bhttp-truncated');
  const framing = framingOf(reader, REQUEST_KNOWN, REQUEST_INDETERMINATE);
  const method = reader.take(reader.varint());
  const scheme = reader.take(reader.varint());
  const authority = reader.take(reader.varint());
  const path = reader.take(reader.varint());
  if (method.length === 0) throw new WireError('bhttp-malformed', 'the method is empty');
  const headers = omittableSection(reader, framing);
  const content = contentSection(reader, framing, message);
  const trailers = omittableSection(reader, framing);
  padding(reader);
  return { method, scheme, authority, path, headers, content, trailers };
}

/** Everything of a response ahead of its content. */
export interface BhttpResponseHead {
  readonly framing: Framing;
  readonly informational: readonly InformationalResponse[];
  readonly status: number;
  readonly headers: readonly Field[];
}

/**
 * Reads a response's head. `section` reads a field section: one that may be missing at the end of a whole message,
 * or one that is still on its way in a stream.
 * @throws WireError `bhttp-malformed`, `bhttp-truncated`
 */
function readHead(reader: ByteReader, section: typeof fieldSection): BhttpResponseHead {
  const framing = framingOf(reader, RESPONSE_KNOWN, RESPONSE_INDETERMINATE);
  const informational: InformationalResponse[] = [];
  for (;;) {
    const status = reader.varint();
    if (status < 100 || status > 599)
      throw new WireError('bhttp-malformed', 'the status code is out of range');
    const headers = section(reader, framing);
    if (status >= 200) return { framing, informational, status, headers };
    informational.push({ status, headers });
  }
}

/** Reads the head of a response that is still arriving. @throws WireError `bhttp-malformed`, `bhttp-truncated` */
export function readResponseHead(reader: ByteReader): BhttpResponseHead {
  return readHead(reader, fieldSection);
}

/**
 * Parses one whole response. All parts are views into `message`, which an indeterminate-length response rearranges.
 * @throws WireError `bhttp-malformed`, `bhttp-truncated`
 */
export function decodeBhttpResponse(message: Uint8Array): BhttpResponse {
  const reader = new ByteReader(message, 'bhttp-truncated');
  const { framing, informational, status, headers } = readHead(reader, omittableSection);
  const content = contentSection(reader, framing, message);
  const trailers = omittableSection(reader, framing);
  padding(reader);
  return { informational, status, headers, content, trailers };
}
