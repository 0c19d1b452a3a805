import { concat } from './bytes.js';
import {
  acceptEncapsulation,
  beginEncapsulation,
  type Encapsulation,
  type Labels,
  opening,
  responseNonceSize,
  responseState,
} from './encapsulation.js';
import { WireError } from './error.js';
import type { encapsulate, KemKeyPair } from './hpke/index.js';
import type { KeyConfig } from './keyconfig.js';
import { SecretBytes } from './secret.js';

/** Media types of RFC 9458 §9. */
export const OHTTP_REQUEST_TYPE = 'message/ohttp-req';
export const OHTTP_RESPONSE_TYPE = 'message/ohttp-res';

const LABELS: Labels = { request: 'message/bhttp request', response: 'message/bhttp response' };
const EMPTY = new Uint8Array(0);

/** What the client keeps to read the one answer. */
export interface PendingResponse {
  /** The encapsulated request, to be sent as `message/ohttp-req`. */
  readonly message: Uint8Array;
  /** Opens the answer. @throws WireError `ohttp-truncated`, `ohttp-open-failed` */
  openResponse(message: Uint8Array): SecretBytes;
  wipe(): void;
}

/** What the server keeps to send the one answer. */
export interface OpenedRequest {
  readonly request: SecretBytes;
  /** Seals the answer; `nonce` is for vector tests only and random by default. */
  sealResponse(response: Uint8Array, nonce?: Uint8Array): Uint8Array;
  wipe(): void;
}

/** Encapsulates one binary HTTP request (RFC 9458 §4.3). */
export function encapsulateRequest(
  config: KeyConfig,
  request: Uint8Array,
  encapsulateTo?: typeof encapsulate,
): PendingResponse {
  const encapsulation = beginEncapsulation(config, LABELS, encapsulateTo);
  const message = concat(encapsulation.header, encapsulation.enc, encapsulation.context.seal(EMPTY, request));
  return {
    message,
    openResponse: (response) => openResponse(encapsulation, response),
    wipe: () => encapsulation.context.wipe(),
  };
}

function openResponse(encapsulation: Encapsulation, response: Uint8Array): SecretBytes {
  const size = responseNonceSize(encapsulation);
  if (response.length < size) throw new WireError('ohttp-truncated', 'the answer ends before its nonce does');
  const state = responseState(encapsulation, LABELS, response.subarray(0, size));
  try {
    return new SecretBytes(opening(() => state.open(EMPTY, response.subarray(size))));
  } finally {
    state.wipe();
  }
}

/**
 * Opens one encapsulated request (RFC 9458 §4.3).
 * @throws WireError `ohttp-truncated`, `ohttp-unknown-key`, `ohttp-unsupported-suite`, `ohttp-open-failed`
 */
export function decapsulateRequest(key: KemKeyPair, config: KeyConfig, message: Uint8Array): OpenedRequest {
  const encapsulation = acceptEncapsulation(key, config, LABELS, message);
  const { context } = encapsulation;
  let request: SecretBytes;
  try {
    request = new SecretBytes(opening(() => context.open(EMPTY, encapsulation.body)));
  } catch (error) {
    context.wipe();
    throw error;
  }
  return {
    request,
    sealResponse(response, nonce = crypto.getRandomValues(new Uint8Array(responseNonceSize(encapsulation)))) {
      const state = responseState(encapsulation, LABELS, nonce);
      const sealed = concat(nonce, state.seal(EMPTY, response));
      state.wipe();
      return sealed;
    },
    wipe() {
      request.wipe();
      context.wipe();
    },
  };
}
