/** What a person did that the command cannot work with. */
export type CliErrorCode =
  | 'usage'
  | 'input-missing'
  | 'input-too-large'
  | 'input-invalid-utf8'
  | 'input-not-a-chat'
  | 'nonce-malformed'
  | 'time-malformed'
  | 'output-failed'
  | 'no-server'
  | 'profile-malformed'
  | 'demo-failed'
  | 'up-failed'
  | 'no-trace'
  | 'log-refused'
  | 'release-malformed'
  | 'release-unknown'
  | 'release-differs';

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
