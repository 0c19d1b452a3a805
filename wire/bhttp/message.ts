/** One field line. Names are lower case (RFC 9292 §3.6). Bytes, not strings: nothing here may become a string. */
export interface Field {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** A request (RFC 9292 §3.4). */
export interface BhttpRequest {
  readonly method: Uint8Array;
  readonly scheme: Uint8Array;
  readonly authority: Uint8Array;
  readonly path: Uint8Array;
  readonly headers: readonly Field[];
  readonly content: Uint8Array;
  readonly trailers: readonly Field[];
}

/** An informational response ahead of the final one (RFC 9292 §3.5.1). */
export interface InformationalResponse {
  /** 100 to 199. */
  readonly status: number;
  readonly headers: readonly Field[];
}

/** A response (RFC 9292 §3.5). */
export interface BhttpResponse {
  readonly informational: readonly InformationalResponse[];
  /** 200 to 599. */
  readonly status: number;
  readonly headers: readonly Field[];
  readonly content: Uint8Array;
  readonly trailers: readonly Field[];
}

/** How a message is framed: with lengths ahead, or with terminators behind (RFC 9292 §3.1, §3.2). */
export type Framing = 'known-length' | 'indeterminate-length';

/** The framing indicators of RFC 9292 §3.3. */
export const REQUEST_KNOWN = 0;
export const RESPONSE_KNOWN = 1;
export const REQUEST_INDETERMINATE = 2;
export const RESPONSE_INDETERMINATE = 3;
