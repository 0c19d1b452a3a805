/** The boot event log: replayed, compared with a verified quote, and only then readable. */
import { sha384 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import type { VerifiedQuote } from '../verify/index.js';
import { describeEvent } from './describe.js';
import type { BootEvent, Rtmrs } from './event.js';
import { isMeasuredText } from './measured.js';
import { eventTypeName } from './names.js';
import { type LoggedEvent, parseEventLog, SHA384_BYTES } from './parse.js';

export type { BootEvent, RtmrIndex, Rtmrs } from './event.js';
export { type LoggedEvent, parseEventLog, trimEventLog } from './parse.js';

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
