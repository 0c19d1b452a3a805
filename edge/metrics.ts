import { Counter, Registry } from 'prom-client';
import { RequestWindow } from '../wire/node/window.js';

/** How a request ended, and for how many tokens it was, where tokens are made. */
export interface Counted {
  readonly outcome: string;
  readonly tokens?: number;
}

/** Counts requests by how they ended, in windows of at least ten. No label can tell users, addresses or accounts apart. */
export class RequestMetrics {
  readonly #registry = new Registry();
  readonly #window: RequestWindow<Counted>;
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor(party: 'relay' | 'gateway' | 'issuer' | 'ledger' | 'witness') {
    const registers = [this.#registry];
    const requests = new Counter({
      name: `sotto_${party}_requests_total`,
      help: 'Requests by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    const tokens =
      party === 'issuer' &&
      new Counter({ name: 'sotto_issuer_tokens_total', help: 'Tokens issued', registers });
    this.#window = new RequestWindow((counted) => {
      requests.inc({ outcome: counted.outcome });
      if (tokens) tokens.inc(counted.tokens ?? 0);
    });
  }

  count(counted: Counted): void {
    this.#window.add(counted);
  }

  /** All windows published so far, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
