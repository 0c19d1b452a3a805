/** MLS messages and states as bytes and back. */
import {
  type ClientState,
  decodeGroupState,
  decodeMlsMessage,
  encodeMlsMessage,
  type KeyPackage,
  type MLSMessage,
} from 'ts-mls';
import { MAX_CONTENT_BYTES } from './content.js';
import { GroupError } from './error.js';
import { CONFIG } from './suite.js';

/** The largest MLS message that is looked at, in bytes. */
export const MAX_MESSAGE_BYTES = MAX_CONTENT_BYTES + 4096;

export const encoded = (message: MLSMessage): Uint8Array => encodeMlsMessage(message);

/** @throws GroupError `message-too-large`, `message-malformed` */
export function decoded(bytes: Uint8Array): MLSMessage {
  if (bytes.length > MAX_MESSAGE_BYTES)
    throw new GroupError('message-too-large', 'A message is larger than this app takes.');
  let found: [MLSMessage, number] | undefined;
  try {
    found = decodeMlsMessage(bytes, 0);
  } catch (cause) {
    throw malformed(cause);
  }
  if (!found || found[1] !== bytes.length) throw malformed();
  return found[0];
}

export const encodeKeyPackage = (keyPackage: KeyPackage): Uint8Array =>
  encoded({ keyPackage, wireformat: 'mls_key_package', version: 'mls10' });

/** @throws GroupError `package-refused` */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  const message = decoded(bytes);
  if (message.wireformat === 'mls_key_package') return message.keyPackage;
  throw new GroupError('package-refused', 'That is no key package.');
}

/** @throws GroupError `state-malformed` */
export function decodeState(bytes: Uint8Array): ClientState {
  const state = decodeGroupState(bytes, 0)?.[0];
  if (!state) throw new GroupError('state-malformed', 'A chat that was kept cannot be read.');
  return { ...state, clientConfig: CONFIG };
}

export const malformed = (cause?: unknown) =>
  new GroupError('message-malformed', 'A message could not be opened.', { cause });
