/** What an event says, for a person to read (TCG PC Client Platform Firmware Profile 1.06, §10.2 and §10.4). */
import { AttestationError } from '../../error.js';
import { FieldReader } from '../abi/index.js';
import { devicePathText } from './devicepath.js';
import { EventType } from './names.js';
import { guidText, hexText, narrowText, wideText } from './text.js';

type Describe = (reader: FieldReader) => string;

const DESCRIBE: ReadonlyMap<number, Describe> = new Map<number, Describe>([
  [EventType.separator, (reader) => (reader.u32() === 1 ? 'separator after an error' : 'separator')],
  [EventType.action, narrow],
  [EventType.efiAction, narrow],
  [EventType.ipl, narrow],
  [EventType.platformConfigFlags, narrow],
  [EventType.crtmVersion, (reader) => wideText(reader.rest())],
  [EventType.eventTag, taggedEvent],
  [EventType.variableDriverConfig, variable],
  [EventType.variableBoot, variable],
  [EventType.variableBoot2, variable],
  [EventType.variableAuthority, variable],
  [EventType.bootServicesApplication, image],
  [EventType.bootServicesDriver, image],
  [EventType.runtimeServicesDriver, image],
  [EventType.gptEvent, partitionTable],
  [EventType.firmwareBlob, (reader) => range(reader)],
  [EventType.firmwareBlob2, (reader) => `${counted(reader)} ${range(reader)}`],
  [EventType.handoffTables, (reader) => `${reader.u64()} tables`],
  [EventType.handoffTables2, (reader) => `${counted(reader)} ${reader.u64()} tables`],
]);

/** A line about an event; data that is not as its type says is shown as it is. */
export function describeEvent(type: number, data: Uint8Array): string {
  const describe = DESCRIBE.get(type);
  if (!describe) return hexText(data);
  try {
    return describe(new FieldReader(data, 'eventlog-malformed'));
  } catch (error) {
    // The log stays valid: only the register's digest counts, and an undecodable event is shown as such.
    if (!(error instanceof AttestationError)) throw error;
    return `undecodable: ${hexText(data)}`;
  }
}

function narrow(reader: FieldReader): string {
  return narrowText(reader.rest());
}

/** TCG_PCClientTaggedEvent. Linux' EFI stub writes those, about load options and the initrd. */
function taggedEvent(reader: FieldReader): string {
  const id = reader.u32();
  return `tag 0x${id.toString(16).padStart(8, '0')} ${narrowText(reader.bytes(reader.u32()))}`;
}

/** UEFI_VARIABLE_DATA. */
function readVariable(reader: FieldReader): { vendor: string; name: string; value: Uint8Array } {
  const vendor = guidText(reader);
  const nameLength = length(reader.u64());
  const valueLength = length(reader.u64());
  const name = wideText(reader.bytes(2 * nameLength));
  return { vendor, name, value: reader.bytes(valueLength) };
}

function variable(reader: FieldReader): string {
  const { vendor, name, value } = readVariable(reader);
  return `${name} (${vendor}) = ${value.length > 4 ? `${value.length} bytes` : hexText(value) || 'empty'}`;
}

/** UEFI_IMAGE_LOAD_EVENT. Where it was loaded to differs by machine, so it is left out. */
function image(reader: FieldReader): string {
  reader.u64();
  const size = reader.u64();
  reader.u64();
  const path = devicePathText(reader.bytes(length(reader.u64())));
  return `${path} (${size} bytes)`;
}

/** UEFI_PLATFORM_FIRMWARE_BLOB: where, and how long. */
function range(reader: FieldReader): string {
  const base = reader.u64();
  return `at 0x${base.toString(16)}, ${reader.u64()} bytes`;
}

/** A description with its length in one byte before it. */
function counted(reader: FieldReader): string {
  return narrowText(reader.bytes(reader.u8()));
}

/** UEFI_GPT_DATA: the header's disk GUID, and the partitions by name. */
function partitionTable(reader: FieldReader): string {
  reader.bytes(56);
  const disk = guidText(reader);
  reader.bytes(92 - 56 - 16);
  const count = length(reader.u64());
  const names: string[] = [];
  for (let i = 0; i < count; i += 1) {
    reader.bytes(56);
    names.push(wideText(reader.bytes(72)) || '(unnamed)');
  }
  return `disk ${disk}: ${names.join(', ')}`;
}

/** A 64-bit length; one that cannot be is left to the reader's bounds to refuse. */
function length(value: bigint): number {
  return Number(value > 0xffff_ffffn ? 0xffff_ffffn : value);
}
