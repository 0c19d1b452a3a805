/** A messenger without a page. */
export { Chat } from './chat.js';
export { type Item, keyOf, type MessageItem, type NoteItem, quotable } from './item.js';
export { Member, type MemberOptions } from './member.js';
export { MemoryStore, type Store, StoreFullError } from './store.js';
