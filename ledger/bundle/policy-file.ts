/** The policy about the log as a document: JSON, described by docs/ledger-policy.schema.json. */
import { duplicateName, type JsonFault, JsonObject } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { formatVerifierKey, parseVerifierKey } from '../note/index.js';
import { type LedgerPolicy, requireLedgerPolicy } from './policy.js';

const FIELDS = ['$schema', 'version', 'log', 'keys', 'witnesses', 'quorum', 'freshnessSeconds'];

class PolicyDocument extends JsonObject {
  protected document(): string {
    return 'a policy';
  }

  protected refusal(_: JsonFault, message: string): LedgerError {
    return new LedgerError('policy-malformed', message);
  }

  protected inner(value: unknown, path: string, known: readonly string[]): this {
    return new PolicyDocument(value, path, known) as this;
  }

  text(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.wrong(name, 'is no text');
  }

  texts(name: string): string[] {
    return this.array(name, 1).map((item) =>
      typeof item === 'string' ? item : this.wrong(name, 'is no text'),
    );
  }

  integer(name: string, most: number): number {
    return this.whole(name, 1, most);
  }
}

/**
 * Parses a policy file.
 * @throws LedgerError `policy-malformed`, `policy-duplicate-witness`, `policy-quorum`, `note-key-malformed`
 */
export function parseLedgerPolicy(file: Uint8Array | string): LedgerPolicy {
  let value: unknown;
  const text = typeof file === 'string' ? file : new TextDecoder().decode(file);
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LedgerError('policy-malformed', "the log's policy is not JSON", { cause });
  }
  if (duplicateName(text) !== undefined) {
    throw new LedgerError('policy-malformed', "the log's policy names a field twice");
  }
  return readLedgerPolicy(value);
}

/** The same for a document that is part of another one. @throws as `parseLedgerPolicy` */
export function readLedgerPolicy(value: unknown): LedgerPolicy {
  const given = new PolicyDocument(value, 'the policy', FIELDS);
  const keys = given.text('keys');
  if (given.value('version') !== 1 || !/^[0-9a-f]{64}$/.test(keys)) {
    throw new LedgerError('policy-malformed', "the log's policy has another version, or names no key set");
  }
  const policy = {
    log: parseVerifierKey(given.text('log')),
    keys,
    witnesses: given.texts('witnesses').map(parseVerifierKey),
    quorum: given.integer('quorum', 64),
    freshnessSeconds: given.integer('freshnessSeconds', 366 * 86_400),
  };
  requireLedgerPolicy(policy);
  return policy;
}

/** The document of a policy. */
export function ledgerPolicyDocument({
  log,
  keys,
  witnesses,
  quorum,
  freshnessSeconds,
}: LedgerPolicy): object {
  return {
    version: 1,
    log: formatVerifierKey(log),
    keys,
    witnesses: witnesses.map(formatVerifierKey),
    quorum,
    freshnessSeconds,
  };
}
