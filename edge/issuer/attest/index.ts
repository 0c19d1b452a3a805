/** Who asks for tokens. */
import { IssuerError } from '../error.js';
import type { Attested, AttestedRequest, Attester } from './attester.js';

export { AccountKeys, type AccountKeysOptions } from './account-key.js';
export {
  APP_TOKEN_ALGORITHMS,
  type AppTokenAlgorithm,
  AppTokens,
  type AppTokensOptions,
  type KeySetSource,
  keySetOf,
} from './app-token.js';
export type { Attested, AttestedRequest, Attester } from './attester.js';

/**
 * Asks the first attester whose kind of credential the request has.
 * @throws IssuerError `account-missing`, `account-refused`, `account-check-unavailable`
 */
export async function attestBy(attesters: readonly Attester[], request: AttestedRequest): Promise<Attested> {
  const attester = attesters.find((candidate) => candidate.claims(request));
  if (attester) return attester.attest(request);
  throw new IssuerError('account-missing', 'The request has no credential that this issuer takes.');
}
