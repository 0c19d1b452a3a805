export { createRatlsIdentity, type RatlsIdentity } from './identity.js';
