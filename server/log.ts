import pino from 'pino';
import type { AttestationErrorCode } from '../attestation/index.js';
import type { ServerErrorCode } from './error.js';

/** What is stapled to reports. */
export type CollateralKind = 'snp-revocation-list' | 'snp-vcek' | 'tdx-collateral';

/** Why it could not be had: what the vendor answered is no good, or older than what is held. */
export type CollateralProblem = AttestationErrorCode | 'collateral-older' | 'internal';

/**
 * Everything that can be logged. Numbers and words from closed lists: there is no field that a message, a name or an
 * address would fit in, and no line for a single session or request.
 */
export type LogEvent =
  | { readonly event: 'server-started'; readonly port: number; readonly startMs: number }
  | { readonly event: 'engine-ready'; readonly loadMs: number; readonly threads: number }
  | { readonly event: 'engine-failed' }
  | {
      readonly event: 'attestation-failed';
      readonly reason: AttestationErrorCode | 'internal';
      readonly failures: number;
    }
  | { readonly event: 'attestation-recovered'; readonly failures: number }
  | {
      readonly event: 'collateral-failed';
      readonly kind: CollateralKind;
      readonly reason: CollateralProblem;
      readonly failures: number;
    }
  | { readonly event: 'collateral-recovered'; readonly kind: CollateralKind; readonly failures: number }
  | { readonly event: 'release-proof-failed' }
  | { readonly event: 'release-proof-recovered'; readonly failures: number }
  | { readonly event: 'boot-log-failed'; readonly reason: AttestationErrorCode | 'internal' }
  | { readonly event: 'direct-started'; readonly port: number }
  | {
      readonly event: 'direct-refused';
      /** `no-certificate`: no nonce in the server name, or no evidence to be had. */
      readonly reason: 'no-certificate' | 'handshake-timeout' | 'handshake-failed' | 'connections-full';
      readonly handshakes: number;
    }
  | { readonly event: 'server-failed'; readonly reason: ServerErrorCode }
  | { readonly event: 'server-stopping'; readonly answersInProgress: number }
  | { readonly event: 'server-stopped'; readonly uptimeS: number };

export type Log = (event: LogEvent) => void;

const levels: Readonly<Partial<Record<LogEvent['event'], 'warn' | 'error'>>> = {
  'engine-failed': 'error',
  'server-failed': 'error',
  'attestation-failed': 'warn',
  'collateral-failed': 'warn',
  'boot-log-failed': 'warn',
  'release-proof-failed': 'warn',
  'direct-refused': 'warn',
};

/** JSON lines to a stream, standard error by default. */
export function jsonLog(to: pino.DestinationStream = pino.destination({ dest: 2, sync: true })): Log {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
  return (event) => logger[levels[event.event] ?? 'info'](event);
}
