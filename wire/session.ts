import { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.js';
import { WireError } from './error.js';
import { isKemId, type KemId } from './hpke/index.js';

/** The media type of the session bodies. */
export const SESSION_TYPE = 'application/cbor';

export const NONCE_SIZE = 32;
export const SESSION_ID_SIZE = 16;
const HASH_SIZE = 32;

/** What a client sends to `POST /v1/sessions`. */
export interface SessionOpen {
  /** 32 fresh random bytes: the evidence will be over these. */
  readonly nonce: Uint8Array;
  /** The KEMs the client can use, the one it likes best first. */
  readonly kems: readonly KemId[];
}

/** Where a leaf sits in its report's tree (RFC 6962 §2.1.1). */
export interface AuditPath {
  readonly index: number;
  readonly size: number;
  /** 32-byte hashes from the leaf upwards. */
  readonly hashes: readonly Uint8Array[];
}

/** What a server answers. */
export interface SessionAnswer {
  /** DER of the RA-TLS certificate that carries the evidence. */
  readonly certificate: Uint8Array;
  /** One encoded OHTTP key configuration (RFC 9458 §3.1). */
  readonly keyConfig: Uint8Array;
  /** 16 bytes. */
  readonly sessionId: Uint8Array;
  readonly ttlSeconds: number;
  readonly auditPath: AuditPath;
  /** A proof bundle of the release that the machine runs (docs/transparency.md). */
  readonly releaseProof?: Uint8Array;
}

function malformed(what: string): WireError {
  return new WireError('session-malformed', what);
}

function mapOf(value: CborValue | undefined, keys: readonly number[]): CborMap {
  if (!(value instanceof Map) || value.size !== keys.length || !keys.every((k) => value.has(k))) {
    throw malformed('a session body does not have exactly the expected keys');
  }
  return value;
}

function bytesOf(value: CborValue | undefined, size?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (size !== undefined && value.length !== size)) {
    throw malformed('a byte string is missing or has a wrong length');
  }
  return value;
}

function uintOf(value: CborValue | undefined): number {
  if (typeof value !== 'number') throw malformed('an unsigned integer is missing');
  return value;
}

function arrayOf(value: CborValue | undefined): readonly CborValue[] {
  if (!Array.isArray(value)) throw malformed('an array is missing');
  return value;
}

function decode(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    if (error instanceof WireError) throw malformed(error.message);
    throw error;
  }
}

export function encodeSessionOpen(open: SessionOpen): Uint8Array<ArrayBuffer> {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, open.nonce],
      [2, [...open.kems]],
    ]),
  );
}

/**
 * Unknown KEMs are passed over, so that newer clients can offer them.
 * @throws WireError `session-malformed`; `hpke-unsupported` when no KEM is known
 */
export function decodeSessionOpen(bytes: Uint8Array): SessionOpen {
  const map = mapOf(decode(bytes), [1, 2]);
  const offered = arrayOf(map.get(2)).map(uintOf);
  if (offered.length === 0 || offered.length > 16) throw malformed('the list of KEMs is empty or too long');
  const kems = offered.filter(isKemId);
  if (kems.length === 0) throw new WireError('hpke-unsupported', 'none of the offered KEMs is known here');
  return { nonce: bytesOf(map.get(1), NONCE_SIZE), kems };
}

/** `{1: index, 2: size, 3: [* hash]}`. */
export function auditPathToCbor({ index, size, hashes }: AuditPath): CborMap {
  return new Map<number, CborValue>([
    [1, index],
    [2, size],
    [3, [...hashes]],
  ]);
}

/** @throws WireError `session-malformed` */
export function auditPathFromCbor(value: CborValue | undefined): AuditPath {
  const path = mapOf(value, [1, 2, 3]);
  const hashes = arrayOf(path.get(3));
  if (hashes.length > 64) throw malformed('the audit path is longer than any tree is deep');
  return {
    index: uintOf(path.get(1)),
    size: uintOf(path.get(2)),
    hashes: hashes.map((hash) => bytesOf(hash, HASH_SIZE)),
  };
}

export function encodeSessionAnswer(answer: SessionAnswer): Uint8Array<ArrayBuffer> {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, answer.certificate],
      [2, answer.keyConfig],
      [3, answer.sessionId],
      [4, answer.ttlSeconds],
      [5, auditPathToCbor(answer.auditPath)],
      ...(answer.releaseProof ? [[6, answer.releaseProof] as const] : []),
    ]),
  );
}

/** @throws WireError `session-malformed` */
export function decodeSessionAnswer(bytes: Uint8Array): SessionAnswer {
  const body = decode(bytes);
  const proved = body instanceof Map && body.has(6);
  const map = mapOf(body, proved ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5]);
  return {
    certificate: bytesOf(map.get(1)),
    keyConfig: bytesOf(map.get(2)),
    sessionId: bytesOf(map.get(3), SESSION_ID_SIZE),
    ttlSeconds: uintOf(map.get(4)),
    auditPath: auditPathFromCbor(map.get(5)),
    ...(proved ? { releaseProof: bytesOf(map.get(6)) } : {}),
  };
}
