/** The boot event log: replayed, compared with a verified quote, and only then readable. */
import { sha384 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import type { VerifiedQuote } from '../verify/index.js';
import { describeEvent } from './describe.js';
import { isMeasuredText } from './measured.js';
import { eventTypeName } from './names.js';
import { type LoggedEvent, parseEventLog, type RtmrIndex, SHA384_BYTES } from './parse.js';

export { type LoggedEvent, parseEventLog, type RtmrIndex } from './parse.js';

export type Rtmrs = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** An event of a log that replays to the quote's RTMRs. */
export interface BootEvent {
  readonly rtmr: RtmrIndex;
  /** The specification's name, `EV_…`. No digest covers it: it is the machine's word, and how the data is shown. */
  readonly type: string;
  /** What was measured. */
  readonly digest: Uint8Array;
  /** What the log says was measured, for a person. */
  readonly description: string;
  /**
   * True when the description is covered by the digest. When it is not (code, tables and firmware are logged by name
   * only), the digest is right but the description is merely the machine's word.
   */
  readonly proven: boolean;
}

/** Extends four registers of zeros, as a TDX module does: RTMR = SHA-384(RTMR ‖ digest). */
export function replayEventLog(events: readonly LoggedEvent[]): Rtmrs {
  const rtmrs = Array.from({ length: 4 }, () => new Uint8Array(SHA384_BYTES));
  for (const { rtmr, digest } of events) rtmrs[rtmr] = sha384(concatBytes(rtmrs[rtmr]!, digest));
  return rtmrs as unknown as Rtmrs;
}

/**
 * Verifies that a log is the one behind a quote's RTMRs, and makes its events readable.
 *
 * @throws AttestationError `eventlog-malformed`, `eventlog-algorithm`, `eventlog-register`, `eventlog-mismatch`
 */
export function verifyEventLog(log: Uint8Array, quote: VerifiedQuote): readonly BootEvent[] {
  const events = parseEventLog(log);
  for (const [i, replayed] of replayEventLog(events).entries()) {
    if (!sameBytes(replayed, quote.rtmrs[i]!)) {
      throw new AttestationError(
        'eventlog-mismatch',
        `the event log does not replay to the quote's RTMR${i}`,
      );
    }
  }
  return events.map((event) => ({
    rtmr: event.rtmr,
    type: eventTypeName(event.type),
    digest: event.digest,
    description: describeEvent(event.type, event.data),
    proven: isMeasuredText(event),
  }));
}
