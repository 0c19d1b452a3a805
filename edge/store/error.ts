export type StoreErrorCode =
  /** The file is no database, or not ours to use. */
  | 'store-unusable'
  /** The disk is full, or another process holds the database for too long. */
  | 'store-failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
