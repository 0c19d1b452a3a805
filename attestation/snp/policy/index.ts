/** Is what was verified what we accept? Each rule has its own code. */
export {
  DEFAULT_GUEST_RULES,
  type GuestRules,
  type SnpPolicy,
  type TcbMinima,
} from './policy.js';
export {
  requireConfiguration,
  requireGuestPolicy,
  requireMeasurement,
  requireNoDebug,
  requireNoMigration,
  requireSigningKey,
  requireVmpl0,
} from './rules.js';
export { DEFAULT_MINIMUM_TCB, requireMinimumTcb } from './tcb.js';
