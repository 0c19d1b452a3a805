/** Verifier keys (C2SP signed-note) and the one signature algorithm, Ed25519 (RFC 8032). */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { concat, fromBase64, toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';

/** What a key signs: notes, or time-stamped cosignatures of checkpoints (C2SP tlog-cosignature). */
export type KeyKind = 'note' | 'cosignature';

export interface VerifierKey {
  readonly name: string;
  readonly kind: KeyKind;
  readonly keyId: number;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const KINDS: Readonly<Record<KeyKind, number>> = { note: 0x01, cosignature: 0x04 };
const PUBLIC_KEY_BYTES = 32;
const NAME = /^[^\s+]+$/u;

/** @throws LedgerError `note-key-malformed` when the name is none, or the key has not 32 bytes */
export function verifierKey(name: string, kind: KeyKind, publicKey: Uint8Array): VerifierKey {
  if (!NAME.test(name) || publicKey.length !== PUBLIC_KEY_BYTES) malformed();
  const hash = sha256(concat(new TextEncoder().encode(name), Uint8Array.of(0x0a, KINDS[kind]), publicKey));
  return { name, kind, publicKey, keyId: new DataView(hash.buffer).getUint32(0) };
}

/** `<name>+<key id>+<base64>`. */
export function formatVerifierKey({ name, kind, keyId, publicKey }: VerifierKey): string {
  const id = keyId.toString(16).padStart(8, '0');
  return `${name}+${id}+${toBase64(concat(Uint8Array.of(KINDS[kind]), publicKey))}`;
}

/** @throws LedgerError `note-key-malformed` */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const blob = fromBase64(encoded);
  const kind = (['note', 'cosignature'] as const).find((known) => KINDS[known] === blob?.[0]);
  if (!blob || !kind) return malformed();
  const key = verifierKey(name, kind, blob.subarray(1));
  return id === key.keyId.toString(16).padStart(8, '0') ? key : malformed();
}

/** Whether the key's owner signed the message. A key that is no point of the curve has signed nothing. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await importedKey(publicKey);
  if (!key) return false;
  return crypto.subtle.verify(
    'Ed25519',
    key,
    signature as Uint8Array<ArrayBuffer>,
    message as Uint8Array<ArrayBuffer>,
  );
}

/**
 * What the last keys were imported as, by their bytes: few keys sign all of a log, and to import one takes a third of what
 * verifying does. The oldest goes first.
 */
const imported = new Map<string, Promise<CryptoKey | undefined>>();
const MAX_IMPORTED = 64;

/** @returns nothing for what is no key */
function importedKey(publicKey: Uint8Array): Promise<CryptoKey | undefined> {
  const id = bytesToHex(publicKey);
  let key = imported.get(id);
  if (!key) {
    key = importKey(publicKey);
    imported.set(id, key);
    if (imported.size > MAX_IMPORTED) imported.delete(imported.keys().next().value!);
  }
  return key;
}

async function importKey(publicKey: Uint8Array): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('raw', publicKey as Uint8Array<ArrayBuffer>, 'Ed25519', false, [
      'verify',
    ]);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'NotSupportedError') throw cause;
    return undefined;
  }
}

function malformed(): never {
  throw new LedgerError('note-key-malformed', 'this is no verifier key: <name>+<key id>+<base64>');
}
