export { Detokenizer } from './detokenizer.js';
export { TokenizerError, type TokenizerErrorCode } from './error.js';
export { Tokenizer } from './tokenizer.js';
export { kindOf, LETTER, NUMBER, SPACE } from './unicode.js';
export { characterAt, codePointOf, isUtf8, lengthOf } from './utf8.js';
