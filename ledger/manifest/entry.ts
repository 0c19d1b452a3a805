/** Entries of the log: a manifest and its signatures, in canonical JSON. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { concat, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { canonicalJson, parseCanonical, utf8 } from './canonical.js';
import { type Manifest, readManifest } from './manifest.js';
import { ManifestObject } from './object.js';

export interface ManifestSignature {
  /** Ed25519, in hexadecimal. */
  readonly key: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export interface Entry {
  readonly manifest: Manifest;
  /** SHA-256 of the canonical manifest, in hexadecimal: what revocations name. */
  readonly id: string;
  /** What the signatures are over. */
  readonly signed: Uint8Array;
  /** Of different keys. */
  readonly signatures: readonly ManifestSignature[];
}

/** No entry is longer. */
export const MAX_ENTRY_BYTES = 32 * 1024;
const MAX_SIGNATURES = 32;

const CONTEXT = utf8('sotto-manifest-v1\n');

/** What maintainers sign: `"sotto-manifest-v1" ‖ 0x0a ‖ canonical manifest`. */
export const signedBytes = (manifest: unknown): Uint8Array<ArrayBuffer> =>
  concat(CONTEXT, utf8(canonicalJson(manifest)));

export const manifestId = (manifest: unknown): string => bytesToHex(sha256(utf8(canonicalJson(manifest))));

/** The bytes of an entry, its signatures sorted by key. */
export function encodeEntry(
  manifest: unknown,
  signatures: readonly ManifestSignature[],
): Uint8Array<ArrayBuffer> {
  const sorted = [...signatures].sort((a, b) => (a.key < b.key ? -1 : 1));
  return utf8(
    canonicalJson({
      manifest,
      signatures: sorted.map(({ key, signature }) => ({ key, signature: toBase64(signature) })),
    }),
  );
}

/**
 * Reads an entry, without verifying its signatures.
 * @throws LedgerError `entry-too-large`, `entry-malformed`, `entry-not-canonical`, `signature-malformed`,
 *   `signature-duplicate`, `manifest-…`
 */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new LedgerError('entry-too-large', `an entry has ${MAX_ENTRY_BYTES} bytes at most`);
  }
  const value = Object(parseCanonical(bytes)) as Readonly<Record<string, unknown>>;
  if (Object.keys(value).join() !== 'manifest,signatures' || !Array.isArray(value['signatures'])) {
    throw new LedgerError('entry-malformed', 'an entry is a manifest and its signatures');
  }
  const { manifest } = value;
  const signed = signedBytes(manifest);
  return {
    manifest: readManifest(manifest),
    id: bytesToHex(sha256(signed.subarray(CONTEXT.length))),
    signed,
    signatures: readSignatures(value['signatures']),
  };
}

function readSignatures(values: readonly unknown[]): ManifestSignature[] {
  const signatures = values.map(readSignature);
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw new LedgerError('signature-malformed', `an entry has 1 to ${MAX_SIGNATURES} signatures`);
  }
  const keys = signatures.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) {
    throw new LedgerError('signature-duplicate', 'a key signed the entry twice');
  }
  return signatures;
}

function readSignature(value: unknown): ManifestSignature {
  try {
    const given = new ManifestObject(value, 'the signature', ['key', 'signature']);
    const signature = given.bytes('signature');
    if (signature.length === 64) return { key: given.hex('key', 32), signature };
  } catch (cause) {
    throw new LedgerError('signature-malformed', 'a signature of the entry is malformed', { cause });
  }
  throw new LedgerError('signature-malformed', 'a signature has 64 bytes');
}
