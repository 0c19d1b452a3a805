import { Counter, Registry } from 'prom-client';
import type { IssuerErrorCode } from './error.js';

/** A window is published when it holds this many requests, so that no single one can be read off a difference. */
const REQUESTS_IN_WINDOW = 10;

interface Outcome {
  readonly outcome: 'issued' | IssuerErrorCode;
  readonly tokens: number;
}

/** Counts requests for tokens by how they ended. No label can tell accounts apart. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'outcome'>;
  readonly #tokens: Counter;
  readonly #window: Outcome[] = [];
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'sotto_issuer_requests_total',
      help: 'Requests for tokens by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    this.#tokens = new Counter({ name: 'sotto_issuer_tokens_total', help: 'Tokens issued', registers });
  }

  count(outcome: Outcome): void {
    this.#window.push(outcome);
    if (this.#window.length < REQUESTS_IN_WINDOW) return;
    for (const { outcome: name, tokens } of this.#window.splice(0)) {
      this.#requests.inc({ outcome: name });
      this.#tokens.inc(tokens);
    }
  }

  /** All windows published so far, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
