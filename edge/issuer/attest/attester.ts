import { createHash } from 'node:crypto';
import type { Once } from '../quota.js';

/** What an attester gets to see of a request for tokens. */
export interface AttestedRequest {
  /** Header fields, their names in lower case. */
  readonly fields: Readonly<Record<string, string | string[] | undefined>>;
  readonly path: string;
  /** Media type of the body. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** An account that a request comes from. */
export interface Attested {
  /** 32 bytes, of the attester's kind and the account's name. */
  readonly account: Uint8Array;
  /** When the credential is good for one request only. */
  readonly once?: Once;
}

/** Says whose request it is. It sees who asks, and only blinded what for. */
export interface Attester {
  /** Whether the request has a credential of this attester's kind. */
  claims(request: AttestedRequest): boolean;
  /** @throws IssuerError `account-refused`, `account-check-unavailable` */
  attest(request: AttestedRequest): Promise<Attested>;
}

/** What stands for an account where its name is not needed. */
export function accountId(kind: 'account-key' | 'app-token', name: string): Uint8Array {
  return createHash('sha256').update(`${kind}\0${name}`).digest();
}

/** One header field; nothing when it is missing or comes several times. */
export function fieldOf({ fields }: AttestedRequest, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}
