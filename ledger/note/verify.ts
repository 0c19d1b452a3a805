/** Who signed a checkpoint: the log, and which witnesses when. */
import { LedgerError } from '../error.js';
import { inOrder } from '../in-order.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { cosignedMessage, parseCosignature } from './cosignature.js';
import { type VerifierKey, verifyEd25519 } from './key.js';
import { type Note, type NoteSignature, parseNote } from './note.js';

export interface VerifiedCheckpoint extends Checkpoint {
  /** The signed text. */
  readonly text: string;
  /** One for each witness that signed, with its latest time, in seconds since 1970. */
  readonly cosigned: readonly { readonly witness: VerifierKey; readonly time: number }[];
}

/**
 * Verifies a checkpoint's signatures. Those of keys that are not given are passed over; one that a given key did not make
 * condemns the whole note.
 *
 * @param witnesses with different keys
 * @throws LedgerError `note-…`, `checkpoint-malformed`, `checkpoint-origin`, `cosignature-malformed`,
 *   `cosignature-bad-signature`
 */
export async function verifyCheckpoint(
  bytes: Uint8Array,
  log: VerifierKey,
  witnesses: readonly VerifierKey[],
): Promise<VerifiedCheckpoint> {
  const note = parseNote(bytes);
  const [checkpoint, ...times] = await inOrder([
    verifyOwn(note, log),
    ...witnesses.map((witness) => cosignatureTime(note, witness)),
  ]);
  const cosigned = witnesses.flatMap((witness, i) => {
    const time = times[i];
    return time === undefined ? [] : [{ witness, time }];
  });
  return { ...checkpoint, text: note.text, cosigned };
}

/** The log's checkpoint, of which it is the origin. */
async function verifyOwn(note: Note, log: VerifierKey): Promise<Checkpoint> {
  await verifyNote(note, log);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin === log.name) return checkpoint;
  throw new LedgerError('checkpoint-origin', "the checkpoint's origin is not the log's name");
}

/** @throws LedgerError `note-unknown-key` when the key did not sign, `note-bad-signature` */
export async function verifyNote(note: Note, key: VerifierKey): Promise<void> {
  const own = signaturesOf(note, key);
  if (own.length === 0) {
    throw new LedgerError('note-unknown-key', `the note is not signed by the key of ${key.name}`);
  }
  const message = new TextEncoder().encode(note.text);
  const valid = await Promise.all(
    own.map(({ signature }) => verifyEd25519(key.publicKey, message, signature)),
  );
  if (valid.includes(false)) {
    throw new LedgerError('note-bad-signature', `the signature of ${key.name} does not verify`);
  }
}

async function cosignatureTime(note: Note, witness: VerifierKey): Promise<number | undefined> {
  let latest: number | undefined;
  for (const { signature: blob } of signaturesOf(note, witness)) {
    const { time, signature } = parseCosignature(blob);
    if (!(await verifyEd25519(witness.publicKey, cosignedMessage(time, note.text), signature))) {
      throw new LedgerError(
        'cosignature-bad-signature',
        `the cosignature of ${witness.name} does not verify`,
      );
    }
    latest = Math.max(latest ?? 0, time);
  }
  return latest;
}

function signaturesOf({ signatures }: Note, { name, keyId }: VerifierKey): readonly NoteSignature[] {
  return signatures.filter((signature) => signature.name === name && signature.keyId === keyId);
}
