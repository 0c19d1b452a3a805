/**
 * A TSM whose reports bring along what a client needs to judge them: AMD's or Intel's collateral, a VCEK that the host
 * kept to itself, the boot event log. A report that brings its own collateral is left as it is.
 */
import { AttestationError, type TrustRoots } from '../../attestation/index.js';
import { readSnpMachine, withVcek } from '../../attestation/staple/index.js';
import { readBootLog, type Tsm, type TsmReport } from '../../attestation/tsm/index.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics.js';
import { Publication, type PublicationOptions, type Subject, type Vendor } from './publication.js';
import { revocationListOf, vcekOf } from './snp.js';
import { collateralOf } from './tdx.js';

export interface StapleOptions {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'collateral'>;
  /** For one attempt to get something from a vendor, in milliseconds. A first report waits so long. */
  readonly fetchMs: number;
  /** The platform's `fetch`, the vendors' roots and the system's clock, unless this is a test. */
  readonly fetch?: typeof globalThis.fetch;
  readonly roots?: TrustRoots;
  readonly now?: () => Date;
  readonly random?: () => number;
  readonly readBootLog?: () => Promise<Uint8Array | undefined>;
}

export class StaplingTsm implements Tsm {
  readonly provider: string;
  readonly #tsm: Tsm;
  readonly #vendor: Vendor;
  readonly #revocationList: Publication;
  readonly #vcek: Publication;
  readonly #tdxCollateral: Publication;
  readonly #readBootLog: () => Promise<Uint8Array | undefined>;
  readonly #log: Log;
  #bootLog: Promise<Uint8Array | undefined> | undefined;

  constructor(tsm: Tsm, options: StapleOptions) {
    const { log, metrics, fetchMs, now = () => new Date(), random = Math.random } = options;
    this.provider = tsm.provider;
    this.#tsm = tsm;
    this.#log = log;
    this.#readBootLog = options.readBootLog ?? readBootLog;
    this.#vendor = { fetch: options.fetch ?? globalThis.fetch, roots: options.roots ?? {} };
    const publication = (kind: PublicationOptions['kind']) =>
      new Publication({ kind, log, metrics, fetchMs, now, random });
    this.#revocationList = publication('snp-revocation-list');
    this.#vcek = publication('snp-vcek');
    this.#tdxCollateral = publication('tdx-collateral');
  }

  /** False while something that belongs to this machine's reports is missing, or past its time. */
  get healthy(): boolean {
    return this.#publications.every(({ healthy }) => healthy);
  }

  /** Begins to renew what is due; to be called now and then. */
  tick(): void {
    for (const publication of this.#publications) publication.tick();
  }

  /** Resolves when nothing is being fetched. */
  async settled(): Promise<void> {
    await Promise.all(this.#publications.map((publication) => publication.settled()));
  }

  /** @throws what the TSM itself throws; what cannot be stapled is left out, and logged */
  async report(inblob: Uint8Array, signal?: AbortSignal): Promise<TsmReport> {
    const report = await this.#tsm.report(inblob, signal);
    if (report.collateral) return report;
    if (report.provider === 'sev_guest') return this.#withAmds(report);
    return report.provider === 'tdx_guest' ? this.#withIntels(report) : report;
  }

  get #publications(): readonly Publication[] {
    return [this.#revocationList, this.#vcek, this.#tdxCollateral];
  }

  async #withAmds(report: TsmReport): Promise<TsmReport> {
    const [list, key] = amdSubjects(report, this.#vendor);
    const [collateral, vcek] = await Promise.all([this.#revocationList.about(list), this.#vcek.about(key)]);
    return {
      ...report,
      ...(vcek ? { auxblob: withVcek(report.auxblob, vcek) } : {}),
      ...(collateral ? { collateral } : {}),
    };
  }

  async #withIntels(report: TsmReport): Promise<TsmReport> {
    const subject = intelSubject(report, this.#vendor);
    this.#bootLog ??= this.#readLog();
    const [collateral, eventLog] = await Promise.all([this.#tdxCollateral.about(subject), this.#bootLog]);
    return { ...report, ...(collateral ? { collateral } : {}), ...(eventLog ? { eventLog } : {}) };
  }

  /** Without the log, a client whose policy asks for it refuses; others need not. */
  async #readLog(): Promise<Uint8Array | undefined> {
    try {
      return await this.#readBootLog();
    } catch (error) {
      const reason = error instanceof AttestationError ? error.code : 'internal';
      this.#log({ event: 'boot-log-failed', reason });
      return undefined;
    }
  }
}

/** What to ask AMD about a report's machine: the revocation list, and its VCEK unless the host gave that out. */
function amdSubjects(report: TsmReport, vendor: Vendor): readonly [Subject, Subject | undefined] {
  try {
    const machine = readSnpMachine(report);
    const endorsed = machine.kind === 'vlek' || machine.endorsed;
    return [revocationListOf(machine, vendor), endorsed ? undefined : vcekOf(machine, vendor)];
  } catch (error) {
    const unreadable = failing(error);
    return [unreadable, unreadable];
  }
}

function intelSubject({ outblob }: TsmReport, vendor: Vendor): Subject {
  try {
    return collateralOf(outblob, vendor);
  } catch (error) {
    return failing(error);
  }
}

/** A report that cannot be read has a subject too: one that fails, is told and counted like the others. */
function failing(error: unknown): Subject {
  if (!(error instanceof AttestationError)) throw error;
  return { key: error.code, fetch: () => Promise.reject(error) };
}
