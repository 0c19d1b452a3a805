/**
 * The confidential-computing event log of the ACPI table CCEL: TCG's crypto-agile log (PC Client Platform Firmware
 * Profile 1.06, §10) with measurement registers in place of PCRs (UEFI 2.10, §38.4.1: 1 to 4 are RTMR0 to 3).
 */
import { AttestationError, type AttestationErrorCode } from '../../error.js';
import { FieldReader } from '../abi/index.js';
import type { RtmrIndex } from './event.js';
import { EventType } from './names.js';

export const SHA384_BYTES = 48;
const ALGORITHM_SHA384 = 0x000c;
const SPEC_ID = 'Spec ID Event03\0';
const SHA1_BYTES = 20;
const MAX_ALGORITHMS = 16;
const MAX_LOG_BYTES = 4 * 1024 * 1024;
/** Measurement register 0 is MRTD, which no log describes. */
const FIRST_RTMR = 1;

/** One entry of the log. It says something only after the log was found to be the quote's. */
export interface LoggedEvent {
  readonly rtmr: RtmrIndex;
  readonly type: number;
  /** SHA-384: what the register was extended with. */
  readonly digest: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Parses a log into the events that extended a register, in order.
 *
 * @throws AttestationError `eventlog-malformed`; `eventlog-algorithm` when it has no SHA-384 digests;
 *   `eventlog-register` when an event is of a register that a TD does not have
 */
export function parseEventLog(bytes: Uint8Array): LoggedEvent[] {
  return readLog(bytes).events;
}

/**
 * A log without the unused memory after it, which is most of what ACPI's table CCEL points to.
 *
 * @throws AttestationError as `parseEventLog`
 */
export function trimEventLog(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, readLog(bytes).length);
}

function readLog(bytes: Uint8Array): { readonly events: LoggedEvent[]; readonly length: number } {
  if (bytes.length > MAX_LOG_BYTES) fail('eventlog-malformed', `a log of ${bytes.length} bytes is too long`);
  const reader = new FieldReader(bytes, 'eventlog-malformed');
  const digestSizes = readHeader(reader);
  const events: LoggedEvent[] = [];
  while (!isPadding(bytes.subarray(reader.offset))) {
    const register = reader.u32();
    const type = reader.u32();
    const digest = readDigests(reader, digestSizes);
    const data = reader.bytes(reader.u32());
    if (type === EventType.noAction) continue;
    events.push({ rtmr: rtmrOf(register), type, digest, data });
  }
  return { events, length: reader.offset };
}

/** TCG_PCClientPCREvent with TCG_EfiSpecIDEvent: which digests each event carries, by algorithm. */
function readHeader(reader: FieldReader): ReadonlyMap<number, number> {
  reader.u32();
  if (reader.u32() !== EventType.noAction)
    fail('eventlog-malformed', 'the first event is not the log header');
  reader.bytes(SHA1_BYTES);
  const header = new FieldReader(reader.bytes(reader.u32()), 'eventlog-malformed');
  const signature = String.fromCharCode(...header.bytes(SPEC_ID.length));
  if (signature !== SPEC_ID) fail('eventlog-malformed', 'the log header is not of a crypto-agile log');
  header.bytes(8); // platform class, versions, size of UINTN
  const count = header.u32();
  if (count > MAX_ALGORITHMS) fail('eventlog-malformed', `${count} digest algorithms are too many`);
  const sizes = new Map<number, number>();
  for (let i = 0; i < count; i += 1) sizes.set(header.u16(), header.u16());
  header.bytes(header.u8()); // vendor information
  if (header.remaining !== 0 || sizes.size !== count)
    fail('eventlog-malformed', 'the log header does not add up');
  if (sizes.get(ALGORITHM_SHA384) !== SHA384_BYTES)
    fail('eventlog-algorithm', 'the log has no SHA-384 digests');
  return sizes;
}

/** TPML_DIGEST_VALUES: one digest for each of the log's algorithms; the SHA-384 one is returned. */
function readDigests(reader: FieldReader, sizes: ReadonlyMap<number, number>): Uint8Array {
  const count = reader.u32();
  if (count !== sizes.size)
    fail('eventlog-malformed', `an event has ${count} digests instead of ${sizes.size}`);
  const digests = new Map<number, Uint8Array>();
  for (let i = 0; i < count; i += 1) {
    const algorithm = reader.u16();
    const size = sizes.get(algorithm);
    if (size === undefined)
      return fail('eventlog-malformed', `digest algorithm ${algorithm} is not in the header`);
    digests.set(algorithm, reader.bytes(size));
  }
  return digests.get(ALGORITHM_SHA384) ?? fail('eventlog-algorithm', 'an event has no SHA-384 digest');
}

function rtmrOf(register: number): RtmrIndex {
  const index = register - FIRST_RTMR;
  if (index < 0 || index > 3) fail('eventlog-register', `measurement register ${register} is no RTMR`);
  return index as RtmrIndex;
}

/** The log's memory is larger than the log; what is not used is all ones, or all zeros. */
function isPadding(rest: Uint8Array): boolean {
  const fill = rest[0] ?? 0;
  return (fill === 0 || fill === 0xff) && rest.every((byte) => byte === fill);
}

function fail(code: AttestationErrorCode, message: string): never {
  throw new AttestationError(code, message);
}
