export { StoreError, type StoreErrorCode } from './error.js';
export { GroupCommit } from './group.js';
export { type Statement, Store, type StoreValue } from './store.js';
