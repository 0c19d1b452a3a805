/** Advanced Chat Privacy: whose say it is whether messages go to AI, are exported or download media by themselves. */
export {
  ChatGroup,
  type ChatGroupOptions,
  type GroupState,
  leavesProtected,
  type Provenance,
} from './group.js';
export { Draft, Message, type MessageContent } from './message.js';
export type { Origin, Standing, UnprovenReason } from './origin.js';
export { ownDraft, ownMessages } from './own.js';
export { isPermitted, requirePermitted, type Use } from './permit.js';
