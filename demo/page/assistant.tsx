/** What AI says, always told apart from what people say. Nothing of it is sent by itself. */
import { Fragment } from 'preact';
import type { Tone } from 'sotto/client';
import type { AiView, Command } from '../worker/view.js';
import { diffOf } from './diff.js';
import { Icon } from './icons.js';

interface Props {
  readonly chat: string;
  readonly ai: AiView;
  readonly run: (command: Command) => void;
  readonly use: (text: string) => void;
}

const TITLES = {
  summarize: 'Summary',
  reply: 'Replies',
  rewrite: 'Rewritten',
  proofread: 'Proofread',
} as const;

export function AssistantPanel({ chat, ai, run, use }: Props) {
  const { task, state, texts, trouble } = ai;
  const given =
    task === 'summarize' || task === 'reply'
      ? `of ${ai.messages} message${ai.messages === 1 ? '' : 's'}`
      : ai.tone
        ? `of your draft, ${ai.tone}`
        : 'of your draft';
  return (
    <section class={`ai ${state}`} aria-label={`AI: ${TITLES[task]}`}>
      <header>
        <span class="ai-label">
          <Icon name="spark" /> AI
        </span>
        <strong>{TITLES[task]}</strong>
        <span class="given">{given}, for your eyes only</span>
        {state === 'working' ? (
          <button type="button" class="quiet" onClick={() => run({ do: 'stop', chat })}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button
            type="button"
            class="round small"
            onClick={() => run({ do: 'dismiss', chat })}
            aria-label="Close the AI’s answer"
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      <div class="ai-body" aria-live="polite" aria-busy={state === 'working'}>
        {state === 'working' && texts.length === 0 && <p class="thinking">Asking a verified machine…</p>}
        <Answer ai={ai} use={use} />
        {state === 'stopped' && <p class="ai-note">You stopped it. Nothing of it is kept.</p>}
        {ai.notices.map((notice) => (
          <p class="ai-note" key={notice}>
            {notice}
          </p>
        ))}
      </div>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble.text} <code>{trouble.code}</code>
        </p>
      )}
      {(state === 'stopped' || (state === 'failed' && trouble?.canRetry)) && (
        <button type="button" class="quiet" onClick={() => run(again(chat, ai))}>
          <Icon name="retry" /> Try again
        </button>
      )}
      {state === 'done' && (
        <p class="ai-foot">
          AI can be wrong, and people can write messages that mislead it. Check what matters.
        </p>
      )}
    </section>
  );
}

function Answer({ ai, use }: Pick<Props, 'ai' | 'use'>) {
  const { task, texts, state, draft = '' } = ai;
  if (task === 'reply')
    return (
      <ul class="replies">
        {texts
          .filter((text) => text.trim() !== '')
          .map((text, at) => (
            <li key={at}>
              <button
                type="button"
                class="reply"
                dir="auto"
                disabled={state === 'working'}
                onClick={() => use(text.trim())}
              >
                {text}
              </button>
            </li>
          ))}
      </ul>
    );
  const text = texts.join('');
  if (text === '') return null;
  if (task === 'summarize')
    return (
      <p class="ai-text" dir="auto">
        {text}
      </p>
    );
  return (
    <>
      {task === 'proofread' && state === 'done' ? (
        <Diff before={draft} after={text.trim()} />
      ) : (
        <p class="ai-text" dir="auto">
          {text}
        </p>
      )}
      {state === 'done' && (
        <button type="button" class="primary small" onClick={() => use(text.trim())}>
          Use this text
        </button>
      )}
    </>
  );
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const pieces = diffOf(before, after);
  if (pieces.every(({ kind }) => kind === 'same')) return <p class="ai-text">Nothing to correct.</p>;
  return (
    <p class="ai-text diff" dir="auto">
      {pieces.map(({ kind, text }, at) => {
        const key = `${at} ${kind}`;
        if (kind === 'same') return <span key={key}>{text}</span>;
        // A line through the blank before a word would look like one through a dash.
        const word = text.trimStart();
        return (
          <Fragment key={key}>
            {text.slice(0, text.length - word.length)}
            {kind === 'out' ? <del>{word}</del> : <ins>{word}</ins>}
          </Fragment>
        );
      })}
    </p>
  );
}

function again(chat: string, { task, draft = '', tone = 'friendly' as Tone }: AiView): Command {
  if (task === 'rewrite') return { do: 'ask', chat, task, draft, tone };
  if (task === 'proofread') return { do: 'ask', chat, task, draft };
  return { do: 'ask', chat, task };
}
