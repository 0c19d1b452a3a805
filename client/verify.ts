/** A session's evidence as bytes: what came, verified now or again at any later time. */
import { type Verdict, verifySession } from '../attestation/index.js';
import {
  decodeKeyConfig,
  decodeSessionAnswer,
  type KemId,
  type SessionAnswer,
  WireError,
} from '../wire/index.js';
import { ClientError } from './error.js';
import type { SessionEvidence } from './evidence.js';
import { type LoggedRelease, requireLoggedRelease, shownRelease } from './ledger.js';
import { completedBy, type MachineTrust, requireTrust, trustOf } from './trust.js';

export type EvidenceVerification = SessionEvidence &
  MachineTrust & {
    /** The time at which the evidence has to hold. */
    readonly now: Date;
  };

/**
 * Verifies evidence as `connect` does, without a network.
 *
 * @throws ClientError `answer-malformed` when the bytes are no session's answer; `ledger-refused`, `ledger-missing`
 * @throws AttestationError `policy-invalid`, `binding-malformed` (a nonce that is not 32 bytes)
 */
export async function verifyEvidence(evidence: EvidenceVerification): Promise<Verdict> {
  return (await judge(evidence, parseAnswer(evidence.answer).answer)).verdict;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** What the log shows of the machine's software; nothing without a log's policy, or when the verdict is not ok. */
  readonly release?: LoggedRelease;
}

/** The same for an answer that has been parsed, with what the log shows. */
export async function judge(evidence: EvidenceVerification, answer: SessionAnswer): Promise<Judgement> {
  requireTrust(evidence);
  const { nonce, roots = {}, now } = evidence;
  const { policy: accepted, ledger } = trustOf(evidence);
  const shown = ledger && (await shownRelease(answer.releaseProof, ledger, now));
  const policy = completedBy(accepted, shown?.release);
  const verdict = await verifySession({ answer, nonce, roots, policy, now });
  return shown && verdict.ok ? { verdict, release: requireLoggedRelease(shown, verdict) } : { verdict };
}

/** An answer, and which key encapsulation its key is for. @throws ClientError `answer-malformed` */
export function parseAnswer(bytes: Uint8Array): { readonly answer: SessionAnswer; readonly kem: KemId } {
  try {
    const answer = decodeSessionAnswer(bytes);
    return { answer, kem: decodeKeyConfig(answer.keyConfig).kem };
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('answer-malformed', `The session's answer is malformed: ${cause.message}.`, {
      detail: cause.code,
      cause,
    });
  }
}
