/** What is wrong with a configuration file. */
export type ConfigErrorCode =
  | 'config-unreadable'
  /** Not JSON in UTF-8, or too long. */
  | 'config-malformed'
  | 'config-version'
  | 'config-unknown-field'
  | 'config-duplicate-field'
  | 'config-missing-field'
  | 'config-value';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
