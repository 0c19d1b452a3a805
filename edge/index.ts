/** What stands between users and confidential VMs, trusted with nothing but being there. */
export { type ConfigReader, readConfig } from './config/reader.js';
export { EdgeError, type EdgeErrorCode } from './error.js';
export { type GatewayConfig, parseGatewayConfig } from './gateway/config.js';
export { type GatewayOptions, startGateway } from './gateway/gateway.js';
export { type EdgeEvent, type EdgeLog, edgeLog } from './log.js';
export type { RunningParty } from './party.js';
export { parseRelayConfig, type RelayConfig } from './relay/config.js';
export { type RelayOptions, startRelay } from './relay/relay.js';
export type { Observe, Seen, SeenBytes } from './sight.js';
