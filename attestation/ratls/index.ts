/** The attesting half of RA-TLS; the verifying half is behind attestation/index.ts. */
export {
  type ConnectionIdentity,
  createConnectionIdentity,
  createRatlsIdentity,
  type RatlsIdentity,
  type RatlsIdentityOptions,
} from './identity.js';
