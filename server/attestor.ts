/** Evidence for every session, although a report takes long: those that ask meanwhile share the next one. */
import { randomBytes } from 'node:crypto';
import {
  AttestationError,
  type AttestationErrorCode,
  type LeafEvidence,
  LeafTree,
  reportData,
  sessionLeaf,
} from '../attestation/index.js';
import type { RatlsIdentity } from '../attestation/ratls/index.js';
import type { Tsm } from '../attestation/tsm/index.js';
import type { AuditPath } from '../wire/index.js';
import { ServerError } from './error.js';
import type { Log } from './log.js';

export interface SessionEvidence {
  /** DER of the RA-TLS certificate. */
  readonly certificate: Uint8Array;
  readonly auditPath: AuditPath;
}

/** What those have in common who share a report. */
interface Report extends Omit<LeafEvidence, 'auditPath'> {
  /** The certificate that all of its sessions share, once one of them has asked for it. */
  certificate?: Promise<Uint8Array>;
}

interface Shared {
  readonly report: Report;
  readonly auditPath: AuditPath;
}

interface Waiting {
  readonly leaf: Uint8Array;
  readonly resolve: (shared: Shared) => void;
  readonly reject: (error: ServerError) => void;
}

/** Leaves in one tree. More wait for the next report. */
const MAX_LEAVES = 4096;
/** A report that takes longer is given up, in milliseconds. */
const REPORT_MS = 10_000;
const RETRY_SECONDS = 5;

export class Attestor {
  readonly #tsm: Tsm;
  readonly #identity: RatlsIdentity;
  readonly #log: Log;
  #waiting: Waiting[] = [];
  #working = false;
  #failures = 0;
  #proven = false;
  #problem: AttestationErrorCode | 'internal' | undefined;

  constructor(tsm: Tsm, identity: RatlsIdentity, log: Log) {
    this.#tsm = tsm;
    this.#identity = identity;
    this.#log = log;
  }

  /** Whether the last report was made. False before the first one. */
  get healthy(): boolean {
    return this.#proven && this.#failures === 0;
  }

  /** Why the last report could not be made, while it is not healthy. */
  get problem(): AttestationErrorCode | 'internal' | undefined {
    return this.#problem;
  }

  /** Makes a report for nobody, now and then while there are none for anybody, so that it is known whether there can be. */
  probe(): void {
    if (this.healthy || this.#working) return;
    // What comes of it is seen in `healthy`, and logged.
    this.attest(randomBytes(32), new Uint8Array(0)).catch(() => undefined);
  }

  /**
   * Evidence over a nonce and a session's key config.
   * @throws ServerError `attestation-unavailable`
   */
  async attest(nonce: Uint8Array, keyConfig: Uint8Array): Promise<SessionEvidence> {
    const leaf = sessionLeaf(this.#identity.spkiHash, nonce, keyConfig);
    const { report, auditPath } = await this.#share(leaf);
    report.certificate ??= this.#identity.certificate(report.evidence, report.root);
    return { certificate: await report.certificate, auditPath };
  }

  /**
   * Evidence over any leaf. Leaves that somebody else chose must not come here: the hardware vouches for them.
   * @throws ServerError `attestation-unavailable`
   */
  async prove(leaf: Uint8Array): Promise<LeafEvidence> {
    const { report, auditPath } = await this.#share(leaf);
    return { evidence: report.evidence, root: report.root, auditPath };
  }

  #share(leaf: Uint8Array): Promise<Shared> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ leaf, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_LEAVES);
      try {
        await this.#answer(batch);
        if (this.#failures > 0) this.#log({ event: 'attestation-recovered', failures: this.#failures });
        this.#failures = 0;
        this.#problem = undefined;
        this.#proven = true;
      } catch (cause) {
        this.#failures++;
        this.#problem = cause instanceof AttestationError ? cause.code : 'internal';
        this.#log({ event: 'attestation-failed', reason: this.#problem, failures: this.#failures });
        const error = new ServerError(
          'attestation-unavailable',
          'The hardware gave no report. Try again in a few seconds.',
          { cause, retryAfter: RETRY_SECONDS },
        );
        for (const { reject } of batch) reject(error);
      }
    }
    this.#working = false;
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const tree = new LeafTree(batch.map(({ leaf }) => leaf));
    const evidence = await this.#tsm.report(reportData(tree.root), AbortSignal.timeout(REPORT_MS));
    const report = { evidence, root: tree.root };
    for (const [i, { resolve }] of batch.entries()) resolve({ report, auditPath: tree.path(i) });
  }
}
