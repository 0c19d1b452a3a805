/** From a request's bytes to blind signatures: read, ask who it is, count, sign. */
import {
  type BlindSignature,
  decodeTokenBatchRequest,
  decodeTokenRequest,
  encodeTokenBatchResponse,
  TOKEN_BATCH_REQUEST_TYPE,
  TOKEN_BATCH_RESPONSE_TYPE,
  TOKEN_REQUEST_TYPE,
  TOKEN_RESPONSE_TYPE,
  type TokenRequest,
  truncatedKeyId,
  WireError,
} from '../../wire/index.js';
import { type AttestedRequest, type Attester, attestBy } from './attest/index.js';
import { type EpochLengths, startOf } from './epochs.js';
import { IssuerError, type IssuerErrorDetail } from './error.js';
import type { EpochKey, KeyRing } from './key-ring.js';
import type { Quota } from './quota.js';
import { blindSign, requireSignable } from './sign.js';

export interface IssueParts extends EpochLengths {
  readonly attesters: readonly Attester[];
  readonly ring: Pick<KeyRing, 'current'>;
  readonly quota: Pick<Quota, 'claim'>;
  readonly tokensPerRequest: number;
  /** In seconds since 1970. */
  readonly now: () => number;
}

export interface Issued {
  /** Media type of the body. */
  readonly type: string;
  readonly body: Uint8Array;
  readonly tokens: number;
}

/**
 * Answers a request for one token (RFC 9578 §6) or for a batch.
 * @throws IssuerError; StoreError `store-failed`
 */
export async function issue(parts: IssueParts, request: AttestedRequest): Promise<Issued> {
  const requests = read(request, parts.tokensPerRequest);
  const { account, once } = await attestBy(parts.attesters, request);
  const key = parts.ring.current();
  for (const wanted of requests) requireFor(key, wanted);
  await parts.quota.claim({
    account,
    epoch: key.epoch,
    tokens: requests.length,
    once,
    epochEndsIn: startOf(key.epoch + 1, parts) - parts.now(),
  });
  const signatures = requests.map(({ blindedMessage }) => blindSign(key, blindedMessage));
  return { ...answer(request.type, signatures), tokens: requests.length };
}

function read({ type, body }: AttestedRequest, most: number): readonly TokenRequest[] {
  const requests = decoded(type, body);
  if (requests.length <= most) return requests;
  throw unfit('batch-too-large', `A request may be for ${most} tokens at most.`);
}

function decoded(type: string, body: Uint8Array): readonly TokenRequest[] {
  try {
    if (type === TOKEN_BATCH_REQUEST_TYPE) return decodeTokenBatchRequest(body);
    if (type === TOKEN_REQUEST_TYPE) return [decodeTokenRequest(body)];
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw unfit(cause.code as IssuerErrorDetail, `The request is malformed: ${cause.message}.`, cause);
  }
  throw new IssuerError('media-type-unsupported', 'The request has another media type than this path takes.');
}

function requireFor(key: EpochKey, { truncatedKeyId: wanted, blindedMessage }: TokenRequest): void {
  if (wanted !== truncatedKeyId(key.key.id))
    throw unfit(
      'token-key-unknown',
      'The request is for another key than this epoch’s: fetch the directory again.',
    );
  requireSignable(key, blindedMessage);
}

function answer(type: string, signatures: readonly BlindSignature[]): Omit<Issued, 'tokens'> {
  return type === TOKEN_BATCH_REQUEST_TYPE
    ? { type: TOKEN_BATCH_RESPONSE_TYPE, body: encodeTokenBatchResponse(signatures) }
    : { type: TOKEN_RESPONSE_TYPE, body: signatures[0]! };
}

/** RFC 9578 §6.2: such a request is answered with status 422. */
function unfit(detail: IssuerErrorDetail, message: string, cause?: unknown): IssuerError {
  return new IssuerError('token-request-refused', message, { detail, cause });
}
