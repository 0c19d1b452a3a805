/** Ed25519 keys that sign: 32 secret bytes in a file that only its owner reads. */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { bytesToHex } from '@noble/hashes/utils.js';
import { LedgerError } from '../error.js';
import { encodeEntry, signedBytes } from '../manifest/index.js';
import { formatNote, type NoteSignature, parseNote, type VerifierKey } from '../note/index.js';

/** RFC 8410's PrivateKeyInfo of an Ed25519 key, up to the key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX_BYTES = 12;
const SEED_BYTES = 32;

export interface Signer {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A signer from 32 bytes, which are wiped. */
export function signerOf(seed: Uint8Array): Signer {
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  seed.fill(0);
  const key: KeyObject = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** @throws LedgerError `note-key-malformed` when the file has not 32 bytes; the file system's errors */
export async function readSigner(file: string): Promise<Signer> {
  const seed = await readFile(file);
  if (seed.length === SEED_BYTES) return signerOf(seed);
  throw new LedgerError('note-key-malformed', `${file} is no private key of ${SEED_BYTES} bytes`);
}

/** Makes a key in a file that must not exist. @throws the file system's errors */
export async function createSigner(file: string): Promise<Signer> {
  const seed = randomBytes(SEED_BYTES);
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(seed);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return signerOf(seed);
}

/** The key in a file, made when it is not there. */
export async function readOrCreateSigner(file: string): Promise<Signer> {
  try {
    return await readSigner(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return createSigner(file);
  }
}

/** A manifest with the signatures of these keys, as an entry. */
export function signEntry(manifest: unknown, signers: readonly Signer[]): Uint8Array<ArrayBuffer> {
  const message = signedBytes(manifest);
  return encodeEntry(
    manifest,
    signers.map((signer) => ({ key: bytesToHex(signer.publicKey), signature: signer.sign(message) })),
  );
}

/** A text with the signature of a key. */
export function signNote(text: string, key: VerifierKey, signer: Signer): Uint8Array<ArrayBuffer> {
  const signature = signer.sign(new TextEncoder().encode(text));
  const { name, keyId } = key;
  return new TextEncoder().encode(formatNote({ text, signatures: [{ name, keyId, signature }] }));
}

/** A note with more signatures. */
export function withSignatures(bytes: Uint8Array, more: readonly NoteSignature[]): Uint8Array<ArrayBuffer> {
  const { text, signatures } = parseNote(bytes);
  return new TextEncoder().encode(formatNote({ text, signatures: [...signatures, ...more] }));
}
