/** Why the image cannot be built or started. */
export type ImageErrorCode =
  | 'usage'
  | 'host-unsupported'
  | 'not-root'
  | 'tool-missing'
  | 'no-space'
  | 'mirror-unknown'
  | 'packages-differ'
  | 'source-missing'
  | 'source-differs'
  | 'model-missing'
  | 'model-malformed'
  | 'build-failed'
  | 'firmware-unchecking'
  | 'image-missing'
  | 'image-damaged'
  | 'port-in-use'
  | 'boot-failed';

/** An error of building or starting the image. Its message says what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
