/** The attesting half of RA-TLS; the verifying half is behind attestation/index.ts. */
export { createRatlsIdentity, type RatlsIdentity, type RatlsIdentityOptions } from './identity.js';
