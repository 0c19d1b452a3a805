/** What only Node can do: direct RA-TLS, a TLS 1.3 connection straight to a verified VM; connections that cannot be linked. */
export type { Tsm, TsmReport } from '../../attestation/tsm/index.js';
export { RatlsAgent, type RatlsAgentOptions } from './agent.js';
export { leafProver, type PeerOptions } from './peer.js';
export { type PrivateFetchOptions, privateFetch } from './private-fetch.js';
export { connectRatls, type RatlsConnection, type RatlsOptions, type RatlsTarget } from './ratls.js';
export { TokenFolder } from './token-folder.js';
