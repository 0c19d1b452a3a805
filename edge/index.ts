/** What stands between users and confidential VMs, trusted with nothing but being there. */
export { ConfigError } from './config/index.js';
export { EdgeError, type EdgeErrorCode } from './error.js';
export { type EdgeEvent, type EdgeLog, edgeLog, type Party, type PartyFailure } from './events.js';
export { type GatewayConfig, readGatewayConfig } from './gateway/config.js';
export { type GatewayOptions, startGateway } from './gateway/gateway.js';
export { IssuerError } from './issuer/error.js';
export { type LedgerConfig, readLedgerConfig } from './ledger/config.js';
export { type LedgerOptions, type RunningLedger, startLedger } from './ledger/ledger.js';
export type { RunningParty } from './party.js';
export { type RelayConfig, readRelayConfig } from './relay/config.js';
export { type RelayOptions, startRelay } from './relay/relay.js';
export type { Observe, Seen, SeenBytes } from './sight.js';
export { untilStopped } from './stop.js';
export { StoreError } from './store/index.js';
export { readWitnessConfig, type WitnessConfig } from './witness/config.js';
export { type PartyWitnessOptions, type RunningWitness, startWitness } from './witness/witness.js';
