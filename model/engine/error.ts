import { ModelError } from '../error.js';

export type EngineErrorCode =
  | 'engine-wrong-runtime'
  | 'engine-load-failed'
  | 'engine-run-failed'
  | 'engine-context-full'
  | 'engine-bad-request';

/** What can go wrong while a model runs. Carries neither text nor tokens nor the runtime's own messages about them. */
export class EngineError extends ModelError<EngineErrorCode> {
  override readonly name = 'EngineError';
}
