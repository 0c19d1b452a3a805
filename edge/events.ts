import type { ConfigErrorCode } from './config/index.js';
import type { EdgeErrorCode } from './error.js';
import { jsonLog, type Levels, type Log } from './log.js';

export type Party = 'relay' | 'gateway';

/**
 * Everything that relay and gateway can log. Numbers and words from closed lists: there is no field that an address, a
 * size, a token or a key would fit in, and no line for a single request.
 */
export type EdgeEvent =
  | { readonly event: 'party-started'; readonly party: Party; readonly port: number }
  | {
      readonly event: 'party-failed';
      readonly party: Party;
      readonly reason: EdgeErrorCode | ConfigErrorCode;
    }
  | { readonly event: 'party-stopping'; readonly party: Party; readonly requestsInProgress: number }
  | { readonly event: 'party-stopped'; readonly party: Party; readonly uptimeS: number }
  | { readonly event: 'keys-rotated' }
  | { readonly event: 'gateway-lost' }
  | { readonly event: 'gateway-found' }
  | { readonly event: 'vms-ready'; readonly ready: number; readonly known: number }
  | { readonly event: 'spent-set-lost' }
  | { readonly event: 'spent-set-found' };

export type EdgeLog = Log<EdgeEvent>;

const levels: Levels<EdgeEvent> = {
  'party-failed': 'error',
  'gateway-lost': 'warn',
  'spent-set-lost': 'error',
};

/** JSON lines to standard error. */
export const edgeLog = (): EdgeLog => jsonLog<EdgeEvent>(levels);
