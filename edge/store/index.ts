export { StoreError, type StoreErrorCode } from './error.js';
export { type Statement, Store, type StoreValue } from './store.js';
