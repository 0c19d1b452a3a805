import pino from 'pino';
import type { EdgeErrorCode } from './error.js';

export type Party = 'issuer' | 'relay' | 'gateway';

/**
 * Everything that a party can log. Numbers and words from closed lists: there is no field that an address, a size, a
 * token or a key would fit in, and no line for a single request.
 */
export type EdgeEvent =
  | { readonly event: 'party-started'; readonly party: Party; readonly port: number }
  | { readonly event: 'party-failed'; readonly party: Party; readonly reason: EdgeErrorCode }
  | { readonly event: 'party-stopping'; readonly party: Party; readonly requestsInProgress: number }
  | { readonly event: 'party-stopped'; readonly party: Party; readonly uptimeS: number }
  | { readonly event: 'keys-rotated'; readonly party: Party }
  | { readonly event: 'gateway-lost' }
  | { readonly event: 'gateway-found' }
  | { readonly event: 'vms-ready'; readonly ready: number; readonly known: number }
  | { readonly event: 'spent-set-lost' }
  | { readonly event: 'spent-set-found' };

export type EdgeLog = (event: EdgeEvent) => void;

const levels: Readonly<Partial<Record<EdgeEvent['event'], 'warn' | 'error'>>> = {
  'party-failed': 'error',
  'gateway-lost': 'warn',
  'spent-set-lost': 'error',
};

/** JSON lines to a stream, standard error by default. */
export function edgeLog(to: pino.DestinationStream = pino.destination({ dest: 2, sync: true })): EdgeLog {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
  return (event) => logger[levels[event.event] ?? 'info'](event);
}
