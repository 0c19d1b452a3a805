/**
 * How large a JPEG says that it is (ITU-T T.81, annex B), before anything decodes it: a few bytes can stand for more
 * pixels than a device holds.
 * @returns width and height in pixels; nothing for what is no JPEG
 */
export function jpegSize(bytes: Uint8Array): readonly [number, number] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== START) return undefined;
  for (let at = 2; at + 9 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker < FIRST_FRAME || marker === SCAN) return undefined;
    if (marker <= LAST_FRAME && !NO_FRAME.includes(marker))
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
  }
  return undefined;
}

const START = 0xffd8;
/** From SOF0… */
const FIRST_FRAME = 0xc0;
/** …to SOF15… */
const LAST_FRAME = 0xcf;
/** …but those that are something else: DHT, JPG and DAC. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];
const SCAN = 0xda;
