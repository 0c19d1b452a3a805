/** TDX evidence of a session, from its bytes to what the policy says of it. */
import { AttestationError } from '../error.js';
import { type PlatformFinding, type PlatformInput, requireMentioned } from '../platform.js';
import type { CheckList } from '../verdict.js';
import { type BootEvent, verifyEventLog } from './eventlog/index.js';
import { checkTdxPolicy, type TdxPolicy } from './policy/index.js';
import { INTEL_ROOTS } from './roots.js';
import { type VerifiedQuote, verifyTdxQuote } from './verify/index.js';

/** Appends the checks of TDX, from `evidence` to `event-log`. Whatever the evidence holds, it does not throw. */
export async function verifyTdxEvidence(
  checks: CheckList,
  { evidence, roots, policy: { tdx: policy }, now }: PlatformInput,
): Promise<PlatformFinding> {
  const simulated = roots.intel !== undefined;
  if (!evidence || !policy) {
    await checks.run('evidence', evidence, () => {
      requireMentioned(false, 'TDX');
      return [undefined, ''];
    });
    return { simulated };
  }
  const verdict = await verifyTdxQuote({
    quote: evidence.outblob,
    collateral: evidence.collateral,
    now,
    roots: roots.intel ?? INTEL_ROOTS,
  });
  checks.add(verdict.checks);
  checks.add(await checkTdxPolicy(verdict, policy, now));
  const { quote, platform } = verdict;
  const bootEvents = await checks.run('event-log', quote, (found) => {
    return readBootEvents(evidence.eventLog, found, policy);
  });
  return {
    simulated,
    ...(quote
      ? { report: { reportData: quote.reportData, measurement: quote.mrTd }, rtmrs: quote.rtmrs }
      : {}),
    ...(platform ? { tcb: { status: platform.tcb.status, advisories: platform.tcb.advisories } } : {}),
    ...(bootEvents?.length ? { bootEvents } : {}),
  };
}

function readBootEvents(
  log: Uint8Array | undefined,
  quote: VerifiedQuote,
  policy: TdxPolicy,
): readonly [readonly BootEvent[], string] {
  if (log) {
    const events = verifyEventLog(log, quote);
    return [events, `${events.length} events replay to RTMR0 to 3`];
  }
  if (policy.eventLog === 'if-present') return [[], 'no log came; the policy names the RTMRs themselves'];
  throw new AttestationError(
    'eventlog-missing',
    'the server stapled no boot event log, and the policy asks for one',
  );
}
