/** What members say: MLS application messages (RFC 9420 section 6.3), sealed and opened over a group's state. */
import {
  type CiphersuiteImpl,
  type ClientState,
  createApplicationMessage,
  type PrivateMessage,
  zeroOutUint8Array,
} from 'ts-mls';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { encoded, malformed } from './codec.js';
import { type Content, decodeContent, encodeContent } from './content.js';
import { personAt } from './rules.js';
import { CONFIG } from './suite.js';

/** @throws GroupError `message-too-large` */
export async function sealContent(
  state: ClientState,
  content: Content,
  suite: CiphersuiteImpl,
): Promise<{ readonly next: ClientState; readonly bytes: Uint8Array }> {
  const { newState, privateMessage, consumed } = await createApplicationMessage(
    state,
    encodeContent(content),
    suite,
  );
  consumed.forEach(zeroOutUint8Array);
  const bytes = encoded({ privateMessage, wireformat: 'mls_private_message', version: 'mls10' });
  return { next: newState, bytes };
}

/**
 * Opens a message of this epoch or one of the last few.
 * @returns the state after it, which is to be taken even if the content is refused: its keys are used up
 * @throws GroupError `message-malformed`
 */
export async function openContent(
  state: ClientState,
  message: PrivateMessage,
  suite: CiphersuiteImpl,
): Promise<{ readonly next: ClientState; readonly sender: string; readonly read: () => Content }> {
  const current = message.epoch === state.groupContext.epoch;
  const past = state.historicalReceiverData.get(message.epoch);
  const from = current ? { ...state, senderDataSecret: state.keySchedule.senderDataSecret } : past;
  if (!from) throw malformed();
  const { ratchetTree, groupContext, senderDataSecret, secretTree } = from;
  // processPrivateMessage would not tell who sent it.
  const opened = await unprotectPrivateMessage(
    senderDataSecret,
    message,
    secretTree,
    ratchetTree,
    groupContext,
    CONFIG.keyRetentionConfig,
    suite,
  ).catch((cause: unknown) => {
    throw malformed(cause);
  });
  const { historicalReceiverData } = state;
  const next =
    current || !past
      ? { ...state, secretTree: opened.tree }
      : {
          ...state,
          historicalReceiverData: new Map(historicalReceiverData).set(message.epoch, {
            ...past,
            secretTree: opened.tree,
          }),
        };
  opened.consumed.forEach(zeroOutUint8Array);
  const { content } = opened.content;
  if (content.contentType !== 'application' || content.sender.senderType !== 'member') throw malformed();
  const sender = personAt({ ratchetTree }, content.sender.leafIndex);
  if (sender === undefined) throw malformed();
  return { next, sender, read: () => decodeContent(content.applicationData) };
}
