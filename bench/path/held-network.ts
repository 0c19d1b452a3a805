/** A network that keeps requests back, so that they are made before the clock runs and opened after it stopped. */
import { Pool } from 'undici';
import type { Fetch } from '../../client/index.js';

interface HeldRequest {
  readonly type: string;
  readonly body: Uint8Array;
  readonly answered: (response: Response) => void;
  readonly failed: (error: unknown) => void;
}

/** Answers that have come and wait to be handed over. */
export type Arrived = () => void;

export class HeldNetwork {
  readonly #pool: Pool;
  #held: HeldRequest[] = [];

  /** @param atOnce requests on their way at a time */
  constructor(origin: string, atOnce: number) {
    this.#pool = new Pool(origin, { connections: atOnce, pipelining: 1 });
  }

  /** Of requests to `/` of the origin alone. */
  readonly fetch: Fetch = (_, init) =>
    new Promise((answered, failed) => {
      const type = new Headers(init.headers).get('content-type')!;
      this.#held.push({ type, body: init.body as Uint8Array, answered, failed });
    });

  /** Sends all that is held. @returns what hands the answers over */
  async send(): Promise<Arrived> {
    const held = this.#held;
    this.#held = [];
    const arrived = await Promise.allSettled(held.map((request) => this.#post(request)));
    return () => {
      for (const [i, { answered, failed }] of held.entries()) {
        const answer = arrived[i]!;
        if (answer.status === 'fulfilled') answered(answer.value());
        else failed(answer.reason);
      }
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #post({ type, body }: HeldRequest): Promise<() => Response> {
    const headers = { 'content-type': type };
    const answer = await this.#pool.request({ path: '/', method: 'POST', headers, body });
    const bytes = await answer.body.arrayBuffer();
    const answerType = String(answer.headers['content-type']);
    return () => new Response(bytes, { status: answer.statusCode, headers: { 'content-type': answerType } });
  }
}
