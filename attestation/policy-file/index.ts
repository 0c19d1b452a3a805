/**
 * The policy as a file: JSON, described by docs/policy.schema.json. It has no defaults: whatever is accepted is written
 * down, every field is needed, and a field that we do not know is an error, since it might have been meant as a rule.
 */
import { duplicateName } from '../../wire/index.js';
import { AttestationError } from '../error.js';
import { type AttestationPolicy, type LoggedPolicy, requireRules } from '../policy.js';
import { PolicyObject } from './reader.js';
import { readSnp } from './snp.js';
import { readTdx } from './tdx.js';

const VERSION = 1;
const MAX_BYTES = 1024 * 1024;

/**
 * Parses a policy file.
 *
 * @returns a policy; where the file leaves measurements to a log, one that a log has to complete
 * @throws AttestationError `policy-file-malformed` when it is not JSON in UTF-8, or longer than 1 MiB;
 *   `policy-file-version`, `policy-file-unknown-field`, `policy-file-duplicate-field`, `policy-file-missing-field`,
 *   `policy-file-value`; `policy-invalid`
 */
export function parsePolicy(file: Uint8Array | string): AttestationPolicy | LoggedPolicy {
  const text = typeof file === 'string' ? file : decoded(file);
  const value = json(text);
  const twice = duplicateName(text);
  if (twice !== undefined) {
    throw new AttestationError('policy-file-duplicate-field', `the policy names the field ${twice} twice`);
  }
  const policy = new PolicyObject(value, 'the policy', ['$schema', 'version', 'snp', 'tdx']);
  if (policy.value('version') !== VERSION) {
    throw new AttestationError('policy-file-version', `the policy's version is not ${VERSION}`);
  }
  if (!policy.has('snp') && !policy.has('tdx')) {
    throw new AttestationError('policy-file-missing-field', 'the policy has neither snp nor tdx');
  }
  const parsed = {
    ...(policy.has('snp') ? readSnp(policy) : { measurements: [] }),
    ...(policy.has('tdx') ? { tdx: readTdx(policy) } : {}),
  } as AttestationPolicy | LoggedPolicy;
  requireRules(parsed);
  return parsed;
}

function decoded(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) malformed(`${bytes.length} bytes are too many`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return malformed('not UTF-8', cause);
  }
}

function json(text: string): unknown {
  if (text.length > MAX_BYTES) malformed(`${text.length} characters are too many`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return malformed('not JSON', cause);
  }
}

function malformed(how: string, cause?: unknown): never {
  throw new AttestationError('policy-file-malformed', `the policy file: ${how}`, { cause });
}
