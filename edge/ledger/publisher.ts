/** Brings the log's head to the witnesses, and publishes it when enough of them have signed. */
import { request } from 'undici';
import {
  formatAddCheckpoint,
  LedgerError,
  type NoteSignature,
  parseSignatureLines,
  parseSize,
  verifyCheckpoint,
} from '../../ledger/index.js';
import { type Head, type Log, withSignatures } from '../../ledger/node/index.js';
import { bodyAtMost } from '../../wire/node/body.js';
import type { EdgeLog } from '../events.js';
import type { LedgerConfig, WatchingWitness } from './config.js';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 16 * 1024;
/** A witness that saw another tree size says so, and is asked once more. */
const TRIES = 3;
const RETRY_MS = 1_000;
/** How often it is looked whether the log has grown, in milliseconds. */
const LOOK_MS = 50;

/** What everybody may see. */
export interface Published {
  readonly note: Uint8Array;
  readonly size: number;
  readonly state: Uint8Array;
}

export class Publisher {
  readonly #log: Log;
  readonly #config: LedgerConfig;
  readonly #tell: EdgeLog;
  /** By witness's name, the size that it cosigned last. */
  readonly #sizes = new Map<string, number>();
  readonly #lost = new Set<string>();
  #published: Published | undefined;
  #working: Promise<void> | undefined;
  #next = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(log: Log, config: LedgerConfig, tell: EdgeLog) {
    this.#log = log;
    this.#config = config;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  /** The latest that enough witnesses have signed since this process began. */
  get published(): Published | undefined {
    return this.#published;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  #look(): void {
    const grown = this.#published?.size !== this.#log.head.checkpoint.size;
    const now = performance.now();
    if (this.#working || (!grown && now < this.#next) || (grown && now < this.#next && this.#lost.size > 0))
      return;
    this.#working = this.#round()
      .then((enough) => {
        this.#next = performance.now() + (enough ? this.#config.cosignSeconds * 1000 : RETRY_MS);
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  /** @returns whether the head could be published */
  async #round(): Promise<boolean> {
    const { head } = this.#log;
    const { witnesses, quorum } = this.#config;
    const found = await Promise.all(witnesses.map((witness) => this.#signaturesOf(witness, head)));
    const signed = found.filter((lines) => lines !== undefined);
    if (signed.length < quorum) return false;
    const note = withSignatures(head.note, signed.flat());
    await this.#log.store.publish(note);
    const { size } = head.checkpoint;
    if (this.#published?.size !== size)
      this.#tell({ event: 'checkpoint-published', size, witnesses: signed.length });
    this.#published = { note, size, state: head.state };
    return true;
  }

  async #signaturesOf(witness: WatchingWitness, head: Head): Promise<NoteSignature[] | undefined> {
    try {
      const lines = await this.#ask(witness, head);
      if (this.#lost.delete(witness.key.name)) this.#tell({ event: 'witness-found' });
      return lines;
    } catch {
      // Whatever the reason, it has not signed; enough others may have.
      if (!this.#lost.has(witness.key.name)) this.#tell({ event: 'witness-lost' });
      this.#lost.add(witness.key.name);
      return undefined;
    }
  }

  async #ask({ url, key }: WatchingWitness, { checkpoint, note }: Head): Promise<NoteSignature[]> {
    for (let tries = 0; tries < TRIES; tries++) {
      const oldSize = this.#sizes.get(key.name) ?? 0;
      const consistency = await this.#log.reader(checkpoint.size).consistencyProof(oldSize);
      const answer = await request(`${url}/add-checkpoint`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: formatAddCheckpoint({ oldSize, consistency, checkpoint: note }),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      const body = (await bodyAtMost(answer.body, MOST_BYTES)).toString('utf8');
      if (answer.statusCode === 200) {
        const lines = await this.#verified(body, note, key);
        this.#sizes.set(key.name, checkpoint.size);
        return lines;
      }
      const known = answer.statusCode === 409 ? parseSize(body.trimEnd()) : undefined;
      if (known === undefined || known > checkpoint.size) break;
      this.#sizes.set(key.name, known);
    }
    throw new LedgerError('witness-failed', 'a witness does not sign');
  }

  /** The witness's own lines, if they are good. */
  async #verified(body: string, note: Uint8Array, key: WatchingWitness['key']): Promise<NoteSignature[]> {
    const lines = parseSignatureLines(body).filter(
      ({ name, keyId }) => name === key.name && keyId === key.keyId,
    );
    const { cosigned } = await verifyCheckpoint(withSignatures(note, lines), this.#log.key, [key]);
    if (cosigned.length === 1) return lines;
    throw new LedgerError('witness-failed', 'a witness answered without a signature of its own');
  }
}
