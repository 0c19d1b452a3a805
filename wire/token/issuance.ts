/** What client and issuer say to each other for one token (RFC 9578 §6.1, §6.2) and for many at once. */
import { ByteReader, bigEndian, concat, varint } from '../bytes.js';
import { WireError } from '../error.js';
import {
  type BlindedMessage,
  type BlindSignature,
  named,
  requireTokenType,
  TOKEN_NK,
  TOKEN_TYPE,
} from './type.js';

export const TOKEN_REQUEST_TYPE = 'application/private-token-request';
export const TOKEN_RESPONSE_TYPE = 'application/private-token-response';
/** draft-ietf-privacypass-batched-tokens, generic token batch issuance. */
export const TOKEN_BATCH_REQUEST_TYPE = 'application/private-token-generic-batch-request';
export const TOKEN_BATCH_RESPONSE_TYPE = 'application/private-token-generic-batch-response';

export interface TokenRequest {
  /** Last byte of the token key's id. */
  readonly truncatedKeyId: number;
  readonly blindedMessage: BlindedMessage;
}

export const TOKEN_REQUEST_SIZE = 3 + TOKEN_NK;
const PRESENT = 1;

export function encodeTokenRequest({
  truncatedKeyId,
  blindedMessage,
}: TokenRequest): Uint8Array<ArrayBuffer> {
  return concat(bigEndian(TOKEN_TYPE, 2), bigEndian(truncatedKeyId, 1), named(blindedMessage, TOKEN_NK));
}

/** @throws WireError `token-truncated`, `token-type-unsupported`, `token-request-malformed` */
export function decodeTokenRequest(bytes: Uint8Array): TokenRequest {
  const reader = new ByteReader(bytes, 'token-truncated');
  const request = readRequest(reader);
  if (reader.remaining > 0) throw new WireError('token-request-malformed', 'bytes follow the token request');
  return request;
}

/** RFC 9578 §6.2: the response is the blind signature and nothing else. @throws WireError `token-response-malformed` */
export function decodeTokenResponse(bytes: Uint8Array): BlindSignature {
  if (bytes.length === TOKEN_NK) return named(bytes, TOKEN_NK);
  throw new WireError('token-response-malformed', 'a token response has 256 bytes');
}

export function encodeTokenBatchRequest(requests: readonly TokenRequest[]): Uint8Array<ArrayBuffer> {
  return vector(requests.map(encodeTokenRequest));
}

/** @throws WireError `token-truncated`, `token-type-unsupported`, `token-request-malformed` when it is empty or goes on */
export function decodeTokenBatchRequest(bytes: Uint8Array): readonly TokenRequest[] {
  const reader = contentOf(bytes, 'token-request-malformed');
  const requests: TokenRequest[] = [];
  while (reader.remaining > 0) requests.push(readRequest(reader));
  return requests;
}

/** All of them: our issuer answers a batch whole or not at all. */
export function encodeTokenBatchResponse(signatures: readonly BlindSignature[]): Uint8Array<ArrayBuffer> {
  const head = concat(Uint8Array.of(PRESENT), bigEndian(TOKEN_TYPE, 2));
  return vector(signatures.map((signature) => concat(head, signature)));
}

/**
 * One entry a request, in their order; nothing where the issuer refused that one.
 * @throws WireError `token-truncated`, `token-type-unsupported`, `token-response-malformed`
 */
export function decodeTokenBatchResponse(bytes: Uint8Array): readonly (BlindSignature | undefined)[] {
  const reader = contentOf(bytes, 'token-response-malformed');
  const responses: (BlindSignature | undefined)[] = [];
  while (reader.remaining > 0) responses.push(readOptional(reader));
  return responses;
}

function readRequest(reader: ByteReader): TokenRequest {
  requireTokenType(reader.uint(2));
  return { truncatedKeyId: reader.uint(1), blindedMessage: named(reader.take(TOKEN_NK), TOKEN_NK) };
}

function readOptional(reader: ByteReader): BlindSignature | undefined {
  const present = reader.uint(1);
  if (present === 0) return undefined;
  if (present !== PRESENT)
    throw new WireError('token-response-malformed', 'a response is neither present nor absent');
  requireTokenType(reader.uint(2));
  return named(reader.take(TOKEN_NK), TOKEN_NK);
}

function vector(items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concat(...items);
  return concat(varint(content.length), content);
}

/** A vector with a variable-size length in its shortest form, and nothing around it. */
function contentOf(
  bytes: Uint8Array,
  malformed: 'token-request-malformed' | 'token-response-malformed',
): ByteReader {
  const reader = new ByteReader(bytes, 'token-truncated');
  const length = reader.varint();
  if (length === 0 || length >= 2 ** 30 || varint(length).length !== reader.offset)
    throw new WireError(malformed, 'the batch is empty, or its length is not in its shortest form');
  const content = reader.take(length);
  if (reader.remaining > 0) throw new WireError(malformed, 'bytes follow the batch');
  return new ByteReader(content, 'token-truncated');
}
