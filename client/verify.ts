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
import { loggedRelease, requireLoggedRelease } from './ledger.js';
import { isLogged, type MachineTrust, pinnedTo, requireTrust } from './trust.js';

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
  return judge(evidence, parseAnswer(evidence.answer).answer);
}

/** The same for an answer that has been parsed. */
export async function judge(evidence: EvidenceVerification, answer: SessionAnswer): Promise<Verdict> {
  requireTrust(evidence);
  const { nonce, roots = {}, ledger, now } = evidence;
  const { releaseProof } = answer;
  const policy = isLogged(evidence)
    ? pinnedTo(evidence.policy, await loggedRelease(releaseProof, evidence.ledger, now))
    : evidence.policy;
  const verdict = await verifySession({ answer, nonce, roots, policy, now });
  if (ledger && verdict.ok) await requireLoggedRelease(releaseProof, ledger, now, verdict);
  return verdict;
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
