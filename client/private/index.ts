/** The private path: relay, gateway and tokens between a client and the machines. */
export { directoryThroughRelay } from './directory-route.js';
export { GatewayKey, type KeySources } from './gateway-keys.js';
export type { LoggedKeySource } from './logged-key.js';
export { PrivateAi, type PrivateAiOptions, type PrivatePathOptions, type TokenSource } from './private-ai.js';
