import { ModelError } from '../error.js';

export type TaskErrorCode =
  | 'task-unknown'
  | 'task-chat-empty'
  | 'task-text-empty'
  | 'task-text-invalid-utf8'
  | 'task-unread-out-of-range'
  | 'task-model-unsupported'
  | 'task-aborted';

/** Why a task was refused or not finished. Neither code nor message says anything about the text. */
export class TaskError extends ModelError<TaskErrorCode> {
  override readonly name = 'TaskError';
}
