/** Whether a request has a good token, and whether that was spent before: in this order, and before any work. */
import { parseAuthorization, WireError } from '../../wire/index.js';
import { EdgeError } from '../error.js';
import { TokenError, type VerifiedToken } from '../token/index.js';
import type { IssuerKeys } from './issuer-keys.js';
import type { Hold, SpentSet } from './spent/spent-set.js';

export class Gate {
  readonly #issuer: Pick<IssuerKeys, 'verify'>;
  readonly #spent: SpentSet;

  constructor(issuer: Pick<IssuerKeys, 'verify'>, spent: SpentSet) {
    this.#issuer = issuer;
    this.#spent = spent;
  }

  /**
   * Takes the token of an `Authorization` field.
   * @throws EdgeError `token-missing`, `token-malformed`, `token-refused` (with TokenError's code), `token-spent`,
   *   `spent-set-unavailable`
   */
  async admit(authorization: string | undefined): Promise<Hold> {
    if (authorization === undefined) {
      throw new EdgeError('token-missing', 'A request needs a token: get one from the issuer.');
    }
    const { spentKey, expires } = await this.#verified(authorization);
    const hold = await this.#spent.hold(spentKey, (expires ?? FAR_AHEAD_S) * 1000);
    if (hold) return hold;
    throw new EdgeError('token-spent', 'The token was used before: a token is good for one request.');
  }

  async #verified(authorization: string): Promise<VerifiedToken> {
    try {
      return await this.#issuer.verify(parseAuthorization(authorization));
    } catch (cause) {
      if (cause instanceof TokenError) {
        throw new EdgeError('token-refused', cause.message, { detail: cause.code, cause });
      }
      if (!(cause instanceof WireError)) throw cause;
      throw new EdgeError('token-malformed', 'The Authorization field has no private token.', {
        detail: cause.code,
        cause,
      });
    }
  }
}

/** For keys that the issuer sets no end to: the year 2100, in seconds since 1970. */
const FAR_AHEAD_S = 4_102_444_800;
