/** Verifying tokens where they are spent. */
export { TokenError, type TokenErrorCode } from './error.js';
export { TokenVerifier, type TokenVerifierOptions, type VerifiedToken } from './verifier.js';
