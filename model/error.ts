/**
 * The one error of model/. `code` is stable and meant for programs; the message says what is wrong and what to do
 * about it. Neither ever carries text that a user wrote.
 */
export type ModelErrorCode =
  | 'gguf-bad-magic'
  | 'gguf-truncated'
  | 'gguf-unsupported-version'
  | 'gguf-unsupported-type'
  | 'gguf-malformed'
  | 'gguf-missing'
  | 'import-source-missing'
  | 'import-source-unsupported'
  | 'import-architecture-unsupported'
  | 'import-tokenizer-unsupported'
  | 'import-no-space'
  | 'import-write-failed'
  | 'import-aborted'
  | 'pack-missing'
  | 'pack-corrupt'
  | 'pack-unsupported'
  | 'fetch-failed'
  | 'fetch-wrong-hash'
  | 'fetch-bad-reference'
  | 'pip-missing'
  | 'wheel-malformed';

export class ModelError<Code extends string = ModelErrorCode> extends Error {
  override readonly name: string = 'ModelError';
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
