import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Whether the one who asked has gone before the answer was whole; undici takes it for a signal. Every request has one, and an
 * AbortSignal costs several times as much.
 */
export class Departure extends EventEmitter {
  aborted = false;

  constructor(response: ServerResponse) {
    super();
    response.once('close', () => {
      if (response.writableFinished) return;
      this.aborted = true;
      this.emit('abort');
    });
  }
}
