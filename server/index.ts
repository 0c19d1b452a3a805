/** The server: from its parts to a listening socket, and back to nothing. */
export type { PeerRules } from './direct/peers.js';
export { ServerError, type ServerErrorCode } from './error.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { jsonLog, type Log, type LogEvent } from './log.js';
export { type DirectOptions, type Server, type ServerOptions, startServer } from './start.js';
export { untilStopped } from './stop.js';
export { VERSION } from './version.js';
