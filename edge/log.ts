import pino from 'pino';

/** What can be logged: a process has a closed list of events, with numbers and words from closed lists in them. */
interface Loggable {
  readonly event: string;
}

export type Log<Event extends Loggable> = (event: Event) => void;
export type Levels<Event extends Loggable> = Readonly<Partial<Record<Event['event'], 'warn' | 'error'>>>;

/** JSON lines to a stream, standard error by default. Events that `levels` does not name are information. */
export function jsonLog<Event extends Loggable>(
  levels: Levels<Event>,
  to: pino.DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log<Event> {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
  return (event) => logger[levels[event.event as Event['event']] ?? 'info'](event);
}
