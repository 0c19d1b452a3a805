/** The door for servers: what a vendor publishes about a machine, fetched and checked, so that clients need ask nobody. */
export type { VendorRequest } from '../download.js';
export { encodeTdxCollateral, fetchTdxCollateral } from '../tdx/index.js';
export { measurementOf } from './measured.js';
export {
  checkSnpRevocationList,
  checkVcek,
  fetchSnpRevocationList,
  fetchVcek,
  readSnpMachine,
  type SnpMachine,
  withVcek,
} from './snp.js';
export { checkTdxCollateral, tdxMachineOf } from './tdx.js';
export type { Validity } from './validity.js';
