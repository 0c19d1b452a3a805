/**
 * The GUIDed table at the end of OVMF (edk2, OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm): entries are read backwards, each
 * its data, then its whole length and its GUID. It says where what a launch measures is.
 */
import { MeasureError } from '../error.js';
import { guidBytes } from '../guid.js';

const FOOTER = guidBytes('96b582de-1fb2-45f7-baea-a366c55a082d');
/** Between the table and the end of the file: the reset vector. */
const AFTER_TABLE = 32;
const ENTRY_HEADER = 18;

/** @returns the data of each entry, by the GUID in hexadecimal as it is stored */
export function readFirmwareTable(firmware: Buffer): ReadonlyMap<string, Buffer> {
  const end = firmware.length - AFTER_TABLE;
  const footer = end - ENTRY_HEADER;
  if (footer < 0 || !firmware.subarray(footer + 2, end).equals(FOOTER)) {
    throw malformed('it has no GUIDed table at its end: is this an OVMF for x86-64, code and all?');
  }
  const start = end - firmware.readUInt16LE(footer);
  const entries = new Map<string, Buffer>();
  let at = footer;
  while (at >= start + ENTRY_HEADER) {
    const length = firmware.readUInt16LE(at - ENTRY_HEADER);
    if (length < ENTRY_HEADER || at - length < start)
      throw malformed('an entry of its table has no good length');
    entries.set(firmware.toString('hex', at - 16, at), firmware.subarray(at - length, at - ENTRY_HEADER));
    at -= length;
  }
  return entries;
}

export function malformed(what: string): MeasureError {
  return new MeasureError('firmware-malformed', `The firmware cannot be measured: ${what}`);
}
