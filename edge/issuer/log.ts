import { jsonLog as jsonLogOf, type Levels, type Log as LogOf } from '../log.js';

/** Everything that the issuer can log. No line is about one request, and none names an account. */
export type LogEvent =
  | { readonly event: 'issuer-started'; readonly port: number }
  | { readonly event: 'key-added'; readonly epoch: number }
  | { readonly event: 'key-dropped'; readonly epoch: number }
  | { readonly event: 'upkeep-failed'; readonly reason: string }
  | { readonly event: 'issuer-failed'; readonly reason: string }
  | { readonly event: 'issuer-stopping' }
  | { readonly event: 'issuer-stopped'; readonly uptimeS: number };

export type Log = LogOf<LogEvent>;

const levels: Levels<LogEvent> = { 'upkeep-failed': 'error', 'issuer-failed': 'error' };

/** JSON lines to standard error. */
export const jsonLog = (): Log => jsonLogOf<LogEvent>(levels);
