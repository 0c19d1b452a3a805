/** The stable codes of everything that can be wrong with bytes from the network. */
export type WireErrorCode =
  | 'cbor-malformed'
  | 'cbor-truncated'
  | 'cbor-not-deterministic'
  | 'bhttp-malformed'
  | 'bhttp-truncated'
  | 'hpke-bad-key'
  | 'hpke-open-failed'
  | 'hpke-unsupported'
  | 'key-config-malformed'
  | 'key-config-unsupported'
  | 'ohttp-unknown-key'
  | 'ohttp-unsupported-suite'
  | 'ohttp-truncated'
  | 'ohttp-malformed'
  | 'ohttp-open-failed'
  | 'ohttp-finished'
  | 'session-malformed'
  | 'direct-name-malformed'
  | 'request-malformed'
  | 'request-too-large'
  | 'request-invalid-utf8'
  | 'request-empty'
  | 'request-too-many-messages'
  | 'request-unknown-task'
  | 'event-malformed'
  | 'event-too-large'
  | 'token-truncated'
  | 'token-malformed'
  | 'token-type-unsupported'
  | 'token-challenge-malformed'
  | 'token-key-malformed'
  | 'token-header-malformed'
  | 'token-request-malformed'
  | 'token-response-malformed'
  | 'token-directory-malformed'
  | 'privacy-malformed'
  | 'proof-malformed'
  | 'proof-wrong-content'
  | 'secret-wiped';

/** An error about wire bytes. Its message says what is wrong with the form and never quotes content. */
export class WireError extends Error {
  readonly code: WireErrorCode;
  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.name = 'WireError';
    this.code = code;
  }
}
