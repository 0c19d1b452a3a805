/** What runs in the browser: the verifier and the SDK, as an app would bundle them, and doors for the test. */
import { type SessionVerification, verifySession } from '../../attestation/index.js';
import {
  type ConnectionOptions,
  connect,
  type MachineTrust,
  type MessageContent,
  ownMessages,
} from '../../client/index.js';
import { acceptBundle, LedgerError, type LedgerPolicy } from '../../ledger/index.js';
import { fromJson, toJson } from './json.js';

export interface Summary {
  readonly verdict: string;
  /** Texts, one by one as they came. */
  readonly pieces: readonly string[];
  readonly last: string;
}

export interface LedgerCase {
  readonly bundle: Uint8Array;
  readonly policy: LedgerPolicy;
  readonly now: Date;
}

const doors = {
  /** Verdicts on sessions, JSON to JSON. */
  async verify(sessions: readonly string[]): Promise<string[]> {
    const verdicts: string[] = [];
    for (const session of sessions)
      verdicts.push(toJson(await verifySession(fromJson<SessionVerification>(session))));
    return verdicts;
  },

  /** What the log's verifier says of a proof bundle: where its entry is, or the code that it is refused with. */
  async ledger(given: string): Promise<string> {
    const { bundle, policy, now } = fromJson<LedgerCase>(given);
    try {
      const { index, entry } = await acceptBundle(bundle, policy, now);
      return `${index} ${entry.id}`;
    } catch (error) {
      if (error instanceof LedgerError) return error.code;
      throw error;
    }
  },

  /** A summary from the server behind this page's own origin. */
  async summarize(options: string, messages: readonly MessageContent[]): Promise<Summary> {
    const trust = fromJson<MachineTrust & Pick<ConnectionOptions, 'kems'>>(options);
    const session = await connect({ url: location.origin, ...trust });
    const pieces: string[] = [];
    let last = '';
    for await (const event of session.summarize({ messages: ownMessages(messages) })) {
      if (event.kind === 'text') pieces.push(event.text);
      last = event.kind;
    }
    return { verdict: toJson(session.verdict), pieces, last };
  },

  /** The code that connecting is refused with. */
  async refusal(options: string): Promise<string> {
    try {
      await connect({ url: location.origin, ...fromJson<MachineTrust>(options) });
    } catch (error) {
      const { code, detail } = error as { readonly code?: string; readonly detail?: string };
      return `${code} ${detail}`;
    }
    return 'connected';
  },
};

export type Doors = typeof doors;
Object.assign(globalThis, { sotto: doors });
