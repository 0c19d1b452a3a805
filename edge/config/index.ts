/** Configuration files of the processes outside the TEE. */
export { ConfigError, type ConfigErrorCode } from './error.js';
export { parseConfig, readConfig } from './file.js';
export { ledgerOf } from './ledger.js';
export { type Listen, listenOf, readTls } from './listen.js';
export { ConfigObject, wrong } from './reader.js';
