/** Requests to AI from chats: one at a time for each, which can be stopped, and ends when protection is turned on. */
import { ClientError, type SessionEvent, type Tone } from 'sotto/client';
import type { Chat, MessageItem } from '../member/index.js';
import type { Assistant } from './assistant.js';
import { troubleOf } from './trouble.js';
import type { AiView, Command } from './view.js';

type Ask = Extract<Command, { do: 'ask' }>;

interface Running {
  view: AiView;
  readonly controller: AbortController;
}

/** What was said before the unread part is context, and replies answer the newest. */
const MOST_MESSAGES = 200;
const FOR_REPLY = 20;

export const messagesOf = ({ items }: Chat): readonly MessageItem[] =>
  items.filter((item) => item.kind === 'message').slice(-MOST_MESSAGES);

/** Unread ones when the chat was opened; all of them when there are none. */
export function toSummarize(chat: Chat, unreadFrom: number): readonly MessageItem[] {
  const unread = chat.items.slice(unreadFrom).filter((item) => item.kind === 'message');
  return unread.length > 0 ? unread.slice(-MOST_MESSAGES) : messagesOf(chat);
}

export const toReply = (chat: Chat): readonly MessageItem[] => messagesOf(chat).slice(-FOR_REPLY);

export class Requests {
  readonly #assistant: Assistant;
  readonly #nameOf: (person: string) => string;
  readonly #changed: () => void;
  readonly #running = new Map<string, Running>();

  constructor(assistant: Assistant, nameOf: (person: string) => string, changed: () => void) {
    this.#assistant = assistant;
    this.#nameOf = nameOf;
    this.#changed = changed;
  }

  viewOf(chat: string): AiView | undefined {
    return this.#running.get(chat)?.view;
  }

  stop(chat: string): void {
    this.#running.get(chat)?.controller.abort();
  }

  dismiss(chat: string): void {
    this.stop(chat);
    this.#running.delete(chat);
    this.#changed();
  }

  /** What a chat's members have turned on ends what is going on, and takes back what came of it. */
  enforce(chat: Chat): void {
    const running = this.#running.get(chat.id);
    if (running && chat.privacy.standing().kind === 'protected') this.dismiss(chat.id);
  }

  async ask(chat: Chat, ask: Ask, unreadFrom: number): Promise<void> {
    const { id } = chat;
    this.stop(id);
    const controller = new AbortController();
    const items =
      ask.task === 'summarize' ? toSummarize(chat, unreadFrom) : ask.task === 'reply' ? toReply(chat) : [];
    const given = 'draft' in ask ? { draft: ask.draft } : {};
    const tone: { tone?: Tone } = ask.task === 'rewrite' ? { tone: ask.tone } : {};
    const view = {
      task: ask.task,
      state: 'working',
      texts: [],
      messages: items.length,
      notices: [],
      ...given,
      ...tone,
    } as const;
    const running: Running = { view, controller };
    this.#running.set(id, running);
    this.#changed();
    try {
      for await (const event of this.#begin(chat, ask, items, controller.signal)) {
        running.view = after(running.view, event);
        this.#changed();
      }
      running.view = {
        ...running.view,
        state: 'done',
        texts: running.view.texts.filter((text) => text.trim() !== ''),
      };
      this.#assistant.succeeded();
    } catch (error) {
      if (controller.signal.aborted) running.view = { ...running.view, state: 'stopped' };
      else {
        running.view = { ...running.view, state: 'failed', trouble: troubleOf(error) };
        if (!isAboutRequest(error)) this.#assistant.failed(error);
      }
    }
    this.#changed();
    await this.#assistant.count();
  }

  #begin(
    chat: Chat,
    ask: Ask,
    items: readonly MessageItem[],
    signal: AbortSignal,
  ): AsyncGenerator<SessionEvent> {
    const { ai } = this.#assistant;
    const messages = items.map((item) => chat.message(item, this.#nameOf));
    switch (ask.task) {
      case 'summarize':
        return ai.summarize({ messages }, { signal });
      case 'reply':
        return ai.reply({ messages }, { signal, me: this.#nameOf(chat.group.me) });
      case 'rewrite':
        return ai.rewrite(chat.draft(ask.draft), { tone: ask.tone, signal });
      case 'proofread':
        return ai.proofread(chat.draft(ask.draft), { signal });
    }
  }
}

/** Failures that say nothing about private AI itself. */
const isAboutRequest = (error: unknown): boolean =>
  error instanceof ClientError &&
  ['chat-protected', 'privacy-unproven', 'request-invalid', 'task-failed'].includes(error.code);

function after(view: AiView, event: SessionEvent): AiView {
  const { texts, notices } = view;
  switch (event.kind) {
    case 'text':
      return { ...view, texts: [...texts.slice(0, -1), (texts.at(-1) ?? '') + event.text] };
    case 'item':
      return { ...view, texts: [...texts, ''] };
    case 'notice':
      return {
        ...view,
        notices: [
          ...notices,
          event.notice === 'messages-dropped'
            ? `The oldest ${event.count} messages did not fit and were left out.`
            : 'Part of it is your own words: the model had nothing better.',
        ],
      };
    case 'done':
      return view;
  }
}
