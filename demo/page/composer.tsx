import { useEffect, useRef, useState } from 'preact/hooks';
import { quotable } from '../member/item.js';
import type { ChatView, Command, ShownMessage } from '../worker/view.js';
import { Icon } from './icons.js';
import { useName } from './people.js';
import { Preview } from './photo.js';
import { TONES, type Tone } from './tones.js';

interface Props {
  readonly chat: ChatView;
  readonly draft: string;
  readonly setDraft: (text: string) => void;
  readonly quoted: ShownMessage | undefined;
  readonly clearQuote: () => void;
  readonly picture: Blob | undefined;
  readonly setPicture: (picture: Blob | undefined) => void;
  readonly isSending: boolean;
  readonly send: () => void;
  readonly run: (command: Command) => void;
}

const MOST = 8192;

export function Composer(props: Props) {
  const { chat, draft, setDraft, quoted, clearQuote, picture, setPicture, isSending, send, run } = props;
  const name = useName();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(160, element.scrollHeight)}px`;
  }, [draft]);
  if (!chat.isMember)
    return <p class="composer-gone">You are not in this chat any more. You can still read what was said.</p>;
  return (
    <div class="composer">
      <AiBar chat={chat} draft={draft} run={run} />
      {quoted && (
        <div class="quoting">
          <blockquote>
            <cite>{name(quoted.sender)}</cite>
            <p dir="auto">{quotable(quoted)}</p>
          </blockquote>
          <button type="button" class="round small" onClick={clearQuote} aria-label="Do not quote">
            <Icon name="close" />
          </button>
        </div>
      )}
      {picture && (
        <div class="attached">
          <Preview picture={picture} />
          <p>
            {isSending ? 'Sealing and sending …' : 'Sent as a new picture, without place, time or camera.'}
          </p>
          <button
            type="button"
            class="round small"
            disabled={isSending}
            onClick={() => setPicture(undefined)}
            aria-label="Do not send the photo"
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <form
        class="write"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label class="round attach">
          <Icon name="photo" />
          <span class="sr">Attach a photo</span>
          <input
            type="file"
            accept="image/*"
            disabled={isSending}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) setPicture(file);
              // The same file may be chosen again.
              event.currentTarget.value = '';
            }}
          />
        </label>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={`Message to ${chat.name}`}
          placeholder="Message"
          maxLength={MOST}
          readOnly={isSending}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])].find(({ type }) =>
              type.startsWith('image/'),
            );
            if (!pasted || isSending) return;
            event.preventDefault();
            setPicture(pasted);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="submit"
          class="round send"
          disabled={isSending || (draft.trim() === '' && !picture)}
          aria-label="Send"
        >
          <Icon name="send" />
        </button>
      </form>
    </div>
  );
}

function AiBar({ chat, draft, run }: Pick<Props, 'chat' | 'draft' | 'run'>) {
  const [tone, setTone] = useState<Tone>('friendly');
  const { id, counts, aiRefusal } = chat;
  if (aiRefusal)
    return (
      <p class="ai-off" id="ai-off">
        <Icon name="lock" /> AI: {aiRefusal.text}
      </p>
    );
  if (!chat.aiAllowed) return null;
  const blank = draft.trim() === '';
  return (
    <fieldset class="ai-bar" aria-label="AI">
      <button
        type="button"
        class="chip"
        disabled={counts.summarize === 0}
        onClick={() => run({ do: 'ask', chat: id, task: 'summarize' })}
      >
        <Icon name="spark" /> Summarize <span class="count">{counts.summarize}</span>
      </button>
      <button
        type="button"
        class="chip"
        disabled={counts.reply === 0}
        onClick={() => run({ do: 'ask', chat: id, task: 'reply' })}
      >
        <Icon name="spark" /> Suggest replies <span class="count">{counts.reply}</span>
      </button>
      <button
        type="button"
        class="chip"
        disabled={blank}
        onClick={() => run({ do: 'ask', chat: id, task: 'proofread', draft })}
      >
        <Icon name="pen" /> Proofread
      </button>
      <span class="chip split" data-off={blank ? '' : undefined}>
        <button
          type="button"
          disabled={blank}
          onClick={() => run({ do: 'ask', chat: id, task: 'rewrite', draft, tone })}
        >
          <Icon name="pen" /> Rewrite
        </button>
        <select
          aria-label="Tone"
          value={tone}
          onChange={(event) => setTone(event.currentTarget.value as Tone)}
        >
          {TONES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </span>
      <span class="sr">The numbers say how many messages are sent.</span>
    </fieldset>
  );
}
