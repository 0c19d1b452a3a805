/** What one session showed, and what was asked: enough for anybody to verify it, without the server. */
export interface SessionEvidence {
  /** The answer to `POST /v1/sessions`, byte for byte. */
  readonly answer: Uint8Array;
  /** The nonce that the session was opened with, 32 bytes. */
  readonly nonce: Uint8Array;
}
