/**
 * Evidence as a CMW record in CBOR (draft-ietf-rats-msg-wrap §3.1): `[type, value, indicator]`. Our value is
 * `{1: provider (tstr), 2: outblob (bstr), ? 3: auxblob (bstr), 4: root (bstr .size 32), ? 5: collateral (bstr),
 * ? 6: event log (bstr), ? 7: audit path (bstr)}` in deterministic CBOR (RFC 8949 §4.2.1), and nothing else is read back.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { auditPathFromCbor, auditPathToCbor, decodeCbor, encodeCbor, WireError } from '../../wire/index.js';
import type { AuditPath } from '../binding.js';
import { AttestationError } from '../error.js';
import type { Evidence } from '../evidence.js';

const EVIDENCE_MEDIA_TYPE = 'application/vnd.sotto.evidence+cbor';
/** Bit 2 of the CMW indicator: evidence. Bit 1: endorsements, the host's certificates or the maker's collateral. */
const INDICATOR_EVIDENCE = 4;
const INDICATOR_ENDORSEMENTS = 2;
const ROOT_BYTES = 32;
const Major = { uint: 0, bytes: 2, text: 3, array: 4, map: 5 } as const;
const Key = {
  provider: 1,
  outblob: 2,
  auxblob: 3,
  root: 4,
  collateral: 5,
  eventLog: 6,
  auditPath: 7,
} as const;

/** What the extension of an RA-TLS certificate carries. */
export interface WrappedEvidence {
  readonly evidence: Evidence;
  /** The Merkle root that the report was made over. */
  readonly root: Uint8Array;
  /** A certificate that was made for one connection says itself where its leaf is under the root. */
  readonly auditPath?: AuditPath;
}

/** Encodes evidence and root as a CMW record. */
export function encodeCmw({ evidence, root, auditPath }: WrappedEvidence): Uint8Array {
  const path = auditPath && encodeCbor(auditPathToCbor(auditPath));
  const values = { ...evidence, root, auditPath: path };
  const entries = Object.entries(Key)
    .map(([name, key]) => [key, values[name as keyof typeof Key]] as const)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => concatBytes(uint(key), typeof value === 'string' ? text(value) : bytes(value!)));
  const value = concatBytes(head(Major.map, entries.length), ...entries);
  return concatBytes(
    head(Major.array, 3),
    text(EVIDENCE_MEDIA_TYPE),
    bytes(value),
    uint(indicator(evidence)),
  );
}

/**
 * Decodes such a record, strictly; byte strings are views.
 *
 * @throws AttestationError `evidence-malformed`
 */
export function decodeCmw(encoded: Uint8Array): WrappedEvidence {
  const record = new CborReader(encoded);
  if (record.head(Major.array) !== 3 || record.text() !== EVIDENCE_MEDIA_TYPE)
    malformed('not our record type');
  const value = new CborReader(record.bytes());
  const given = record.head(Major.uint);
  record.end();

  const count = value.head(Major.map);
  value.key(Key.provider);
  const provider = value.text();
  const parts = readParts(value, count - 1);
  const { outblob, root, auditPath, ...optional } = parts;
  if (!outblob || !root) return malformed('the report or the root is missing');
  if (root.length !== ROOT_BYTES) malformed('the root is not 32 bytes');
  const evidence: Evidence = { provider, outblob, ...optional };
  if (given !== indicator(evidence)) malformed('the indicator does not fit');
  return { evidence, root, ...(auditPath ? { auditPath: readPath(auditPath) } : {}) };
}

type Parts = { readonly [name in Exclude<keyof typeof Key, 'provider'>]?: Uint8Array };

/** The byte strings of the map, keys ascending. */
function readParts(value: CborReader, count: number): Parts {
  const parts: [string, Uint8Array][] = [];
  let previous: number = Key.provider;
  for (let i = 0; i < count; i += 1) {
    const key = value.head(Major.uint);
    const name = Object.entries(Key).find(([, known]) => known === key && key > previous)?.[0];
    if (!name) return malformed(`entry ${key} is unknown or out of order`);
    parts.push([name, value.bytes()]);
    previous = key;
  }
  value.end();
  return Object.fromEntries(parts);
}

function readPath(encoded: Uint8Array): AuditPath {
  try {
    return auditPathFromCbor(decodeCbor(encoded));
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    return malformed('the audit path');
  }
}

function indicator({ auxblob, collateral }: Evidence): number {
  return auxblob || collateral ? INDICATOR_EVIDENCE | INDICATOR_ENDORSEMENTS : INDICATOR_EVIDENCE;
}

const uint = (value: number) => head(Major.uint, value);
const bytes = (value: Uint8Array) => concatBytes(head(Major.bytes, value.length), value);
const text = (value: string) => concatBytes(head(Major.text, utf8ToBytes(value).length), utf8ToBytes(value));

/** A CBOR head in its shortest form; arguments up to 32 bits are all that is needed here. */
function head(major: number, argument: number): Uint8Array {
  const first = major << 5;
  if (argument < 24) return Uint8Array.of(first | argument);
  if (argument < 0x100) return Uint8Array.of(first | 24, argument);
  if (argument < 0x1_0000) return Uint8Array.of(first | 25, argument >>> 8, argument);
  return Uint8Array.of(first | 26, argument >>> 24, argument >>> 16, argument >>> 8, argument);
}

class CborReader {
  readonly #input: Uint8Array;
  #offset = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  /** The argument of the next head, which must have this major type and be in its shortest form. */
  head(major: number): number {
    const first = this.#take(1)[0]!;
    if (first >> 5 !== major) malformed('unexpected CBOR type');
    const info = first & 0x1f;
    if (info < 24) return info;
    if (info > 26) malformed('unsupported CBOR head');
    const argument = this.#take(1 << (info - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    if (argument < [24, 0x100, 0x1_0000][info - 24]!) malformed('CBOR head not in its shortest form');
    return argument;
  }

  bytes(): Uint8Array {
    return this.#take(this.head(Major.bytes));
  }

  text(): string {
    const characters = this.#take(this.head(Major.text));
    if (characters.length > 64 || characters.some((byte) => byte < 0x21 || byte > 0x7e))
      malformed('bad text');
    return String.fromCharCode(...characters);
  }

  key(key: number): void {
    if (this.head(Major.uint) !== key) malformed(`entry ${key} is missing`);
  }

  end(): void {
    if (this.#offset !== this.#input.length) malformed('trailing bytes');
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#input.length) malformed('truncated');
    const taken = this.#input.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

function malformed(how: string): never {
  throw new AttestationError('evidence-malformed', `the certificate's evidence: ${how}`);
}
