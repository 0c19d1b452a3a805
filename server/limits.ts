import { REQUEST_CLASSES } from '../wire/index.js';

/** How much of everything the server lets happen. */
export interface Limits {
  /** Of a sealed request, in bytes. */
  readonly bodyBytes: number;
  /** Of all headers of a request, in bytes. */
  readonly headerBytes: number;
  /** Connections at a time, on each port. */
  readonly connections: number;
  /** Certificates of direct connections in the making, at a time. */
  readonly handshakes: number;
  /** For a TLS handshake, the making of its certificate included, in milliseconds. */
  readonly handshakeMs: number;
  /** To receive a request in, in milliseconds. */
  readonly receiveMs: number;
  /** Sessions that are open and not yet used, at a time. */
  readonly sessions: number;
  readonly sessionSeconds: number;
  /** Sealed requests that the engine works on at a time. */
  readonly running: number;
  /** Sealed requests that wait for the engine. */
  readonly queue: number;
  /** For one task, in milliseconds. */
  readonly taskMs: number;
  /** To get something from a vendor in, in milliseconds; less than a report may take. */
  readonly vendorMs: number;
  /** Between two chunks of an answer, in milliseconds. */
  readonly cadenceMs: number;
  /** For answers in progress when the server is told to stop, in milliseconds. */
  readonly shutdownMs: number;
}

/** The largest padded request with everything that encapsulation adds to it. */
const LARGEST_REQUEST = Math.max(...REQUEST_CLASSES) + 4096;

/** What the released image runs with. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: LARGEST_REQUEST,
  headerBytes: 8192,
  connections: 1024,
  handshakes: 256,
  handshakeMs: 15_000,
  receiveMs: 20_000,
  sessions: 1024,
  sessionSeconds: 120,
  running: 2,
  queue: 16,
  taskMs: 120_000,
  vendorMs: 6000,
  cadenceMs: 50,
  shutdownMs: 30_000,
};
