/** Time-stamped cosignatures of checkpoints, C2SP tlog-cosignature (Ed25519). */
import { LedgerError } from '../error.js';

const BYTES = 72;

export interface Cosignature {
  /** When the witness signed, in seconds since 1970. */
  readonly time: number;
  readonly signature: Uint8Array;
}

/** @throws LedgerError `cosignature-malformed` */
export function parseCosignature(blob: Uint8Array): Cosignature {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const time = blob.length === BYTES ? Number(view.getBigUint64(0)) : Number.NaN;
  if (Number.isSafeInteger(time)) return { time, signature: blob.subarray(8) };
  throw new LedgerError('cosignature-malformed', 'a cosignature is a time and a signature, 72 bytes');
}

export function formatCosignature({ time, signature }: Cosignature): Uint8Array {
  const blob = new Uint8Array(BYTES);
  new DataView(blob.buffer).setBigUint64(0, BigInt(time));
  blob.set(signature, 8);
  return blob;
}

/** What a witness signs: that at `time` this was the largest tree that it had seen of the log. */
export function cosignedMessage(time: number, checkpoint: string): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${time}\n${checkpoint}`);
}
