/** The door of the log's verifying half, for browsers and Node. What runs a log has a door of its own: `node/index.js`. */
export { type AuditOptions, type AuditReport, auditLog, compareViews } from './audit.js';
export * from './bundle/index.js';
export { LedgerError, type LedgerErrorCode } from './error.js';
export * from './manifest/index.js';
export * from './note/index.js';
export * from './tree/index.js';
export { httpView, type LogView } from './view.js';
