/** UEFI device paths (UEFI 2.10, §10.3) as far as they tell a person what was started: files and firmware volumes. */
import { FieldReader } from '../abi/index.js';
import { guidText, wideText } from './text.js';

const NODE_HEAD_BYTES = 4;
const MEDIA = 0x04;
const END = 0x7f;
const Media = { hardDrive: 0x01, file: 0x04, firmwareFile: 0x06, firmwareVolume: 0x07 } as const;

/** @throws AttestationError `eventlog-malformed` */
export function devicePathText(bytes: Uint8Array): string {
  const path = new FieldReader(bytes, 'eventlog-malformed');
  const parts: string[] = [];
  while (path.remaining > 0) {
    const type = path.u8();
    const subtype = path.u8();
    const size = path.u16();
    // A node shorter than its own head would never end; asking for too much is what it deserves.
    const node = new FieldReader(
      path.bytes(size < NODE_HEAD_BYTES ? path.remaining + 1 : size - NODE_HEAD_BYTES),
      'eventlog-malformed',
    );
    if (type === END) break;
    parts.push(nodeText(type, subtype, node));
  }
  return parts.join('/') || '(no path)';
}

function nodeText(type: number, subtype: number, node: FieldReader): string {
  if (type === MEDIA && subtype === Media.file) return wideText(node.rest());
  if (type === MEDIA && subtype === Media.hardDrive) return `partition ${node.u32()}`;
  if (type === MEDIA && subtype === Media.firmwareFile) return `firmware file ${guidText(node)}`;
  if (type === MEDIA && subtype === Media.firmwareVolume) return `firmware volume ${guidText(node)}`;
  return `${type.toString(16)}.${subtype.toString(16)}`;
}
