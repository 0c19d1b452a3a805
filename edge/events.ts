import type { LedgerErrorCode } from '../ledger/index.js';
import type { ConfigErrorCode } from './config/index.js';
import type { EdgeErrorCode } from './error.js';
import type { IssuerErrorCode } from './issuer/error.js';
import { jsonLog, type Levels, type Log } from './log.js';
import type { StoreErrorCode } from './store/index.js';

export type Party = 'relay' | 'gateway' | 'issuer' | 'ledger' | 'witness';
/** The code of what keeps a party from its work. */
export type PartyFailure =
  | EdgeErrorCode
  | ConfigErrorCode
  | IssuerErrorCode
  | LedgerErrorCode
  | StoreErrorCode;

/**
 * Everything that the parties can log. Numbers and words from closed lists: there is no field that an address, a
 * size, an account, a token or a key would fit in, and no line for a single request.
 */
export type EdgeEvent =
  | { readonly event: 'party-started'; readonly party: Party; readonly port: number }
  | {
      readonly event: 'party-failed';
      readonly party: Party;
      readonly reason: PartyFailure;
    }
  | { readonly event: 'party-stopping'; readonly party: Party; readonly requestsInProgress: number }
  | { readonly event: 'party-stopped'; readonly party: Party; readonly uptimeS: number }
  /** The issuer's token keys, by epoch. */
  | { readonly event: 'key-added' | 'key-dropped'; readonly epoch: number }
  | { readonly event: 'upkeep-failed'; readonly reason: PartyFailure }
  | { readonly event: 'keys-rotated' }
  | { readonly event: 'gateway-lost' }
  | { readonly event: 'gateway-found' }
  /** The log does not take or prove the party's keys; what it proved last is shown meanwhile. */
  | { readonly event: 'ledger-lost' }
  | { readonly event: 'ledger-found' }
  | { readonly event: 'vms-ready'; readonly ready: number; readonly known: number }
  | { readonly event: 'spent-set-lost' }
  | { readonly event: 'spent-set-found' }
  | { readonly event: 'checkpoint-published'; readonly size: number; readonly witnesses: number }
  | { readonly event: 'witness-lost' }
  | { readonly event: 'witness-found' }
  | { readonly event: 'fork-refused' };

export type EdgeLog = Log<EdgeEvent>;

const levels: Levels<EdgeEvent> = {
  'party-failed': 'error',
  'upkeep-failed': 'error',
  'gateway-lost': 'warn',
  'ledger-lost': 'warn',
  'spent-set-lost': 'error',
  'witness-lost': 'warn',
  'fork-refused': 'error',
};

/** JSON lines to standard error. */
export const edgeLog = (): EdgeLog => jsonLog<EdgeEvent>(levels);
