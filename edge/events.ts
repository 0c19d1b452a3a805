import type { LedgerErrorCode } from '../ledger/index.js';
import type { ConfigErrorCode } from './config/index.js';
import type { EdgeErrorCode } from './error.js';
import { jsonLog, type Levels, type Log } from './log.js';

export type Party = 'relay' | 'gateway' | 'ledger' | 'witness';

/**
 * Everything that these parties can log. Numbers and words from closed lists: there is no field that an address, a
 * size, a token or a key would fit in, and no line for a single request.
 */
export type EdgeEvent =
  | { readonly event: 'party-started'; readonly party: Party; readonly port: number }
  | {
      readonly event: 'party-failed';
      readonly party: Party;
      readonly reason: EdgeErrorCode | ConfigErrorCode | LedgerErrorCode;
    }
  | { readonly event: 'party-stopping'; readonly party: Party; readonly requestsInProgress: number }
  | { readonly event: 'party-stopped'; readonly party: Party; readonly uptimeS: number }
  | { readonly event: 'keys-rotated' }
  | { readonly event: 'gateway-lost' }
  | { readonly event: 'gateway-found' }
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
  'gateway-lost': 'warn',
  'spent-set-lost': 'error',
  'witness-lost': 'warn',
  'fork-refused': 'error',
};

/** JSON lines to standard error. */
export const edgeLog = (): EdgeLog => jsonLog<EdgeEvent>(levels);
