/**
 * How a client shows that it has an account's key: an HTTP message signature (RFC 9421) with Ed25519 over the request and
 * the digest of its content (RFC 9530). The issuer keeps the public keys only, so nothing that could be stolen from it lets
 * anybody pass for an account. One list of covered components in one order, so there is one way to write a proof.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64, fromBase64url, toBase64, toBase64url } from './base64.js';
import { ascii } from './bytes.js';
import { WireError } from './error.js';

/** What a proof covers of a request. The method is POST. */
export interface ProvedRequest {
  /** The issuer's name, in lower case: a proof made for one issuer is none for another. */
  readonly authority: string;
  readonly path: string;
  /** Media type of the body. */
  readonly type: string;
  readonly body: Uint8Array;
}

export interface ProofParameters {
  readonly account: string;
  /** In seconds since 1970. */
  readonly created: number;
  /** 16 random bytes: a proof is good once. */
  readonly nonce: Uint8Array;
}

export interface AccountProof extends ProofParameters {
  /** Ed25519, 64 bytes, over `proofBase`. */
  readonly signature: Uint8Array;
}

/** The header fields of a proof, in lower case. */
export interface ProofFields {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

export const PROOF_NONCE_SIZE = 16;
const SIGNATURE_SIZE = 64;
const ACCOUNT = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const COVERED = ['@method', '@authority', '@path', 'content-type', 'content-digest'] as const;
const LIST = `(${COVERED.map((name) => `"${name}"`).join(' ')})`;
const INPUT = /^sotto=(\([^()]*\));created=(\d{1,12});nonce="([\w-]{22}==)";keyid="([^"]*)";alg="ed25519"$/;

/** Whether a text can be the name of an account: 1 to 64 small letters, digits, dots, underscores, hyphens. */
export function isAccountName(name: string): boolean {
  return ACCOUNT.test(name);
}

/** The bytes to sign, RFC 9421 §2.5. */
export function proofBase(request: ProvedRequest, parameters: ProofParameters): Uint8Array<ArrayBuffer> {
  const values: Readonly<Record<(typeof COVERED)[number], string>> = {
    '@method': 'POST',
    '@authority': request.authority,
    '@path': request.path,
    'content-type': request.type,
    'content-digest': contentDigest(request.body),
  };
  return signatureBase(
    COVERED.map((name) => [name, values[name]]),
    parametersOf(parameters),
  );
}

/** RFC 9421 §2.5: a line for each covered component, then the parameters. */
export function signatureBase(
  components: readonly (readonly [name: string, value: string])[],
  parameters: string,
): Uint8Array<ArrayBuffer> {
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  return ascii([...lines, `"@signature-params": ${parameters}`].join('\n'));
}

export function formatProof(body: Uint8Array, proof: AccountProof): ProofFields {
  return {
    'content-digest': contentDigest(body),
    'signature-input': `sotto=${parametersOf(proof)}`,
    signature: `sotto=:${toBase64(proof.signature)}:`,
  };
}

/**
 * Reads a proof and compares the digest with the body. Whether it holds is for the verifier of the signature to say.
 * @throws WireError `proof-malformed`, `proof-wrong-content`
 */
export function parseProof(fields: ProofFields, body: Uint8Array): AccountProof {
  const [, list, created, encodedNonce, account] = INPUT.exec(fields['signature-input']) ?? [];
  const nonce = fromBase64url(encodedNonce ?? '');
  const signature = fromBase64(/^sotto=:([\w+/=]+):$/.exec(fields.signature)?.[1] ?? '');
  if (list !== LIST || account === undefined || !isAccountName(account))
    throw new WireError('proof-malformed', 'the signature is not over what it has to be over');
  if (nonce?.length !== PROOF_NONCE_SIZE || signature?.length !== SIGNATURE_SIZE)
    throw new WireError('proof-malformed', 'the nonce or the signature has a wrong length');
  if (fields['content-digest'] !== contentDigest(body))
    throw new WireError('proof-wrong-content', 'the digest is not that of the content');
  return { account, created: Number(created), nonce, signature };
}

const contentDigest = (body: Uint8Array): string => `sha-256=:${toBase64(sha256(body))}:`;

function parametersOf({ account, created, nonce }: ProofParameters): string {
  return `${LIST};created=${created};nonce="${toBase64url(nonce)}";keyid="${account}";alg="ed25519"`;
}
