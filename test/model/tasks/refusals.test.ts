import { beforeAll, describe, expect, it } from 'vitest';
import { SecretArena, type Tokenizer } from '../../../model/index.js';
import {
  createTaskRunner,
  TaskError,
  type TaskRequest,
  type TaskRunner,
} from '../../../model/tasks/index.js';
import { chat, loadDefault, okayModel, refusal, utf8 } from './fixture.js';

const MESSAGES = chat('Emil: hello');
const TORN = Uint8Array.of(0x68, 0xc3);

let tokenizer: Tokenizer;
let runner: TaskRunner;
beforeAll(async () => {
  tokenizer = await loadDefault();
  runner = await createTaskRunner({ backend: okayModel(tokenizer), tokenizer });
});

describe('A request', () => {
  const summarize = { task: 'summarize', messages: MESSAGES, length: 'short' } as const;
  const cases: readonly (readonly [string, string, TaskRequest])[] = [
    ['of no known task', 'task-unknown', { task: 'translate' } as unknown as TaskRequest],
    ['for a summary of nothing', 'task-chat-empty', { ...summarize, messages: [] }],
    ['for a reply to nothing', 'task-chat-empty', { task: 'reply', messages: [] }],
    ['with blank messages only', 'task-chat-empty', { task: 'reply', messages: chat('Emil: \n\t ') }],
    ['to rewrite nothing', 'task-text-empty', { task: 'rewrite', text: utf8(''), tone: 'funny' }],
    ['to proofread blanks', 'task-text-empty', { task: 'proofread', text: utf8(' \n') }],
    ['with a torn text', 'task-text-invalid-utf8', { task: 'proofread', text: TORN }],
    ['with a torn name', 'task-text-invalid-utf8', { task: 'reply', messages: MESSAGES, me: TORN }],
    ['with a torn context', 'task-text-invalid-utf8', { ...summarize, context: TORN }],
    [
      'with a torn message',
      'task-text-invalid-utf8',
      { ...summarize, messages: [...MESSAGES, { sender: utf8('Emil'), text: TORN }] },
    ],
    [
      'with a torn sender',
      'task-text-invalid-utf8',
      { ...summarize, messages: [{ sender: TORN, text: utf8('hello') }] },
    ],
    ...[-1, 1, 0.5, Number.NaN].map(
      (unreadFrom) =>
        [`unread from ${unreadFrom} on`, 'task-unread-out-of-range', { ...summarize, unreadFrom }] as const,
    ),
  ];

  it.each(cases)('%s is refused: %s', async (_what, code, request) => {
    const emit = () => expect.fail('Nothing may be said.');
    const options = { signal: new AbortController().signal, arena: new SecretArena() };
    await expect(runner.run(request, emit, options)).rejects.toThrow(refusal(code));
    await expect(runner.run(request, emit, options)).rejects.toBeInstanceOf(TaskError);
  });
});

describe('A model', () => {
  it('with too few positions is refused', async () => {
    const backend = okayModel(tokenizer, { context: 2048 });
    await expect(createTaskRunner({ backend, tokenizer })).rejects.toThrow(refusal('task-model-unsupported'));
  });

  it('that marks turns in no way we know is refused', async () => {
    const strange: Tokenizer = Object.create(tokenizer, {
      special: { value: () => tokenizer.special('<|no such token|>') },
    });
    const made = createTaskRunner({ backend: okayModel(tokenizer), tokenizer: strange });
    await expect(made).rejects.toThrow(refusal('tokenizer-unsupported'));
  });
});
