import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RequestWindow } from '../wire/node/window.js';
import type { RunReport } from './engine/protocol.js';
import type { CollateralKind } from './log.js';

/**
 * Counts what happens. What is counted of requests shows only in windows of at least ten, and no label can tell users or
 * tasks apart. What is counted of the machine's collateral has nothing to do with requests, and shows at once.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'outcome'>;
  readonly #tokens: Counter<'kind'>;
  readonly #prefill: Histogram;
  readonly #decode: Histogram;
  readonly #fetches: Counter<'kind' | 'outcome'>;
  readonly #due: Gauge<'kind'>;
  readonly #window = new RequestWindow<RunReport>((report) => this.#release(report));

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'sotto_requests_total',
      help: 'Requests by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    this.#tokens = new Counter({
      name: 'sotto_tokens_total',
      help: 'Tokens by kind',
      labelNames: ['kind'],
      registers,
    });
    this.#prefill = new Histogram({
      name: 'sotto_prefill_seconds',
      help: 'Time to read a prompt',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#decode = new Histogram({
      name: 'sotto_decode_seconds',
      help: 'Time to write an answer',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#fetches = new Counter({
      name: 'sotto_collateral_fetches_total',
      help: 'Attempts to get collateral from the vendor',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#due = new Gauge({
      name: 'sotto_collateral_valid_until_seconds',
      help: 'Until when the collateral that is stapled is good, in seconds since 1970',
      labelNames: ['kind'],
      registers,
    });
  }

  count(report: RunReport): void {
    this.#window.add(report);
  }

  /** Counts an attempt, and tells until when what is held then is good. */
  collateral(kind: CollateralKind, ok: boolean, validUntil: Date | undefined): void {
    this.#fetches.inc({ kind, outcome: ok ? 'ok' : 'failed' });
    if (validUntil) this.#due.set({ kind }, validUntil.getTime() / 1000);
  }

  #release({ outcome, stats }: RunReport): void {
    this.#requests.inc({ outcome });
    if (!stats) return;
    this.#tokens.inc({ kind: 'prompt' }, stats.promptTokens);
    this.#tokens.inc({ kind: 'output' }, stats.outputTokens);
    this.#prefill.observe(stats.prefillMs / 1000);
    this.#decode.observe(stats.decodeMs / 1000);
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** All windows published so far, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
