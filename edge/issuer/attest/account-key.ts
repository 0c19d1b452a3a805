/** Accounts by key: a request is signed with Ed25519 (RFC 9421), the issuer has the public keys. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { type AccountProof, parseProof, proofBase, WireError } from '../../../wire/index.js';
import { IssuerError, type IssuerErrorDetail } from '../error.js';
import { type Attested, type AttestedRequest, type Attester, accountId, fieldOf } from './attester.js';

export interface AccountKeysOptions {
  /** Public keys, 32 bytes, by account. */
  readonly accounts: ReadonlyMap<string, Uint8Array>;
  /** The issuer's name, which proofs are made for. */
  readonly authority: string;
  /** How far from ours a client's clock may be, in seconds. */
  readonly clockSkewSeconds: number;
  /** In seconds since 1970. */
  readonly now: () => number;
}

/** DER of a SubjectPublicKeyInfo with an Ed25519 key, up to the key (RFC 8410 §4). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

const NOBODY = generateKeyPairSync('ed25519').publicKey;

export class AccountKeys implements Attester {
  readonly #options: AccountKeysOptions;
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(options: AccountKeysOptions) {
    this.#options = options;
    const keys = [...options.accounts].map(([name, key]) => [name, publicKeyOf(key)] as const);
    this.#keys = new Map(keys);
  }

  claims(request: AttestedRequest): boolean {
    return fieldOf(request, 'signature-input') !== undefined;
  }

  async attest(request: AttestedRequest): Promise<Attested> {
    const proof = proofOf(request);
    const { clockSkewSeconds, now, authority } = this.#options;
    if (Math.abs(now() - proof.created) > clockSkewSeconds)
      throw refused(
        'proof-wrong-time',
        'The proof is too old, or its clock is ahead of ours: set the clock of the machine that asks.',
      );
    const key = this.#keys.get(proof.account);
    const { path, type, body } = request;
    const base = proofBase({ authority, path, type, body }, proof);
    // An unknown account takes as long and is told the same, so that nobody can find out which accounts there are.
    const holds = verify(null, base, key ?? NOBODY, proof.signature);
    if (!key || !holds)
      throw refused(
        'proof-bad-signature',
        'The proof is not signed with the key of an account of this issuer.',
      );
    return {
      account: accountId('account-key', proof.account),
      once: { id: proofId(proof), expires: proof.created + clockSkewSeconds + 1 },
    };
  }
}

function publicKeyOf(key: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, key]), format: 'der', type: 'spki' });
}

function proofOf(request: AttestedRequest): AccountProof {
  const fields = {
    'content-digest': fieldOf(request, 'content-digest') ?? '',
    'signature-input': fieldOf(request, 'signature-input') ?? '',
    signature: fieldOf(request, 'signature') ?? '',
  };
  try {
    return parseProof(fields, request.body);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw refused(cause.code as IssuerErrorDetail, `The proof is malformed: ${cause.message}.`, cause);
  }
}

function proofId({ account, nonce }: AccountProof): Uint8Array {
  return createHash('sha256').update(`${account}\0`).update(nonce).digest();
}

function refused(detail: IssuerErrorDetail, message: string, cause?: unknown): IssuerError {
  return new IssuerError('account-refused', message, { detail, cause });
}
