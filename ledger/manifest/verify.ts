/** Whether those signed an entry whose business it is. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { LedgerError } from '../error.js';
import { verifyEd25519 } from '../note/index.js';
import type { Entry } from './entry.js';
import { type KeySet, type Role, roleOf } from './manifest.js';

/**
 * Refuses an entry without enough signatures of the keys in force, or with one that does not verify.
 * @throws LedgerError `signature-unknown-key`, `signature-bad`, `signature-threshold`
 */
export async function verifyEntry(entry: Entry, keys: KeySet): Promise<void> {
  await requireSignatures(entry, keys, roleOf(entry.manifest));
}

/**
 * Refuses a key set that its own keys did not sign, and those before it, if there are any.
 * @param before verified by the caller, too
 * @throws LedgerError `keys-chain` when it is none; `signature-…`
 */
export async function verifyKeySet(entry: Entry, before: KeySet | undefined): Promise<void> {
  // Both sets sign: the new keys are shown to be somebody's, and nobody is locked out by a slip.
  const own = keySetOf(entry).roles.maintainers;
  const old = before?.roles.maintainers;
  for (const signature of entry.signatures) {
    if (own.keys.includes(signature.key) || old?.keys.includes(signature.key)) continue;
    throw new LedgerError('signature-unknown-key', 'a key signed that is no maintainer, before or after');
  }
  await requireValid(entry);
  for (const role of [own, ...(old ? [old] : [])]) requireEnough(entry, role.keys, role.threshold);
}

/** The key set that an entry is, not verified. @throws LedgerError `keys-chain` when it is none */
export function keySetOf({ manifest }: Entry): KeySet {
  if (manifest.type === 'keys') return manifest;
  throw new LedgerError('keys-chain', 'an entry in the chain of keys is none');
}

async function requireSignatures(entry: Entry, { roles }: KeySet, role: Role): Promise<void> {
  const { keys, threshold } = roles[role];
  if (entry.signatures.some(({ key }) => !keys.includes(key))) {
    throw new LedgerError('signature-unknown-key', `a key signed that is none of the ${role}`);
  }
  await requireValid(entry);
  requireEnough(entry, keys, threshold);
}

async function requireValid({ signatures, signed }: Entry): Promise<void> {
  const valid = await Promise.all(
    signatures.map(({ key, signature }) => verifyEd25519(hexToBytes(key), signed, signature)),
  );
  if (valid.includes(false)) {
    throw new LedgerError('signature-bad', 'a signature of the entry does not verify');
  }
}

function requireEnough({ signatures }: Entry, keys: readonly string[], threshold: number): void {
  const found = signatures.filter(({ key }) => keys.includes(key)).length;
  if (found >= threshold) return;
  throw new LedgerError('signature-threshold', `${found} of ${threshold} needed keys signed the entry`);
}
