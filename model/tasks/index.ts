export { TaskError, type TaskErrorCode } from './error.js';
export type {
  ChatMessage,
  ProofreadRequest,
  ReplyRequest,
  RewriteRequest,
  SummarizeRequest,
  TaskEvent,
  TaskRequest,
  TaskStats,
  Tone,
} from './request.js';
export { createTaskRunner, type RunOptions, type TaskRunner } from './runner.js';
