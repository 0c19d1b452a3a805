/** TDX evidence as bytes: cutting and reading it. Nothing here checks a signature. */
export type { TdAttributes } from './attributes.js';
export { readTdQuote, type TdQuote } from './body.js';
export { type EnclaveReport, readEnclaveReport } from './enclave.js';
export { splitQuote, type UnverifiedQuote } from './quote.js';
export { FieldReader } from './reader.js';
