/** Why something cannot be measured. */
export type MeasureErrorCode =
  | 'firmware-malformed'
  | 'firmware-no-snp'
  | 'firmware-no-tdx'
  | 'firmware-no-kernel-hashes'
  | 'cpu-unknown'
  | 'vcpus-out-of-range'
  | 'kernel-image-malformed'
  | 'disk-malformed';

/** An error of measuring. Its message says what to do about it. */
export class MeasureError extends Error {
  override readonly name = 'MeasureError';
  readonly code: MeasureErrorCode;

  constructor(code: MeasureErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
