import { ModelError } from '../error.js';

export type TokenizerErrorCode = 'tokenizer-missing' | 'tokenizer-malformed' | 'tokenizer-unsupported';

/** What can be wrong with a pack's tokenizer files. Encoding and decoding themselves never fail. */
export class TokenizerError extends ModelError<TokenizerErrorCode> {
  override readonly name = 'TokenizerError';
}
