import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { keyOf, type NoteItem } from '../member/item.js';
import type { ChatView, Command, ShownItem, ShownMessage } from '../worker/view.js';
import { Icon } from './icons.js';
import { Avatar, nameFor, timeOf, useName } from './people.js';
import { Photo } from './photo.js';

interface Props {
  readonly chat: ChatView;
  readonly me: string;
  readonly quote: (item: ShownMessage) => void;
  readonly forward: (item: ShownMessage) => void;
  readonly run: (command: Command) => Promise<unknown>;
}

export function Timeline({ chat, me, quote, forward, run }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEndInSight(list, chat.items.length);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div ref={list} class="timeline" role="log" aria-label={`Messages in ${chat.name}`} tabIndex={0}>
      {chat.items.map((item, at) => (
        <Line
          key={keyOf(item)}
          chat={chat.id}
          item={item}
          before={chat.items[at - 1]}
          isFirstNew={at === chat.newFrom && at > 0}
          me={me}
          quote={quote}
          forward={forward}
          run={run}
        />
      ))}
    </div>
  );
}

/** Stays at the end, when what is beneath it grows too, until somebody scrolls up to read. */
function useEndInSight(list: RefObject<HTMLDivElement | null>, count: number): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const toEnd = () => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    };
    let before = element.scrollTop;
    const look = () => {
      const isUp = element.scrollTop < before;
      before = element.scrollTop;
      // Not near the end and not scrolled up: something beneath has grown, which `toEnd` is about to answer.
      if (element.scrollHeight - before - element.clientHeight < NEAR_END) atEnd.current = true;
      else if (isUp) atEnd.current = false;
    };
    const sizes = new ResizeObserver(toEnd);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [list]);
  // At once: a frame later it would look as if somebody had scrolled up.
  useLayoutEffect(() => {
    if (count > 0 && atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [list, count]);
}

/** In pixels. */
const NEAR_END = 80;

interface LineProps extends Omit<Props, 'chat'> {
  readonly chat: string;
  readonly item: ShownItem;
  readonly before: ShownItem | undefined;
  readonly isFirstNew: boolean;
}

function Line({ item, before, isFirstNew, me, ...more }: LineProps) {
  return (
    <>
      {isFirstNew && (
        <div class="new-line">
          <span>New</span>
        </div>
      )}
      {item.kind === 'note' ? (
        <Note note={item} me={me} />
      ) : (
        <Bubble
          item={item}
          me={me}
          follows={!isFirstNew && before?.kind === 'message' && before.sender === item.sender}
          {...more}
        />
      )}
    </>
  );
}

interface BubbleProps extends Omit<Props, 'chat'> {
  readonly chat: string;
  readonly item: ShownMessage;
  readonly follows: boolean;
}

function Bubble({ chat, item, me, follows, quote, forward, run }: BubbleProps) {
  const name = useName();
  const own = item.sender === me;
  const sender = nameFor(name, me, item.sender);
  return (
    <article
      class={`line ${own ? 'own' : ''} ${follows ? 'follows' : ''}`}
      aria-label={`${sender}, ${timeOf(item.time)}`}
    >
      {!own && <Avatar id={item.sender} small />}
      <div class="bubble">
        {!follows && !own && <span class="sender">{sender}</span>}
        {item.quote && (
          <blockquote>
            <cite>{nameFor(name, me, item.quote.sender)}</cite>
            <p dir="auto">{item.quote.text}</p>
          </blockquote>
        )}
        {item.photo && (
          <Photo chat={chat} message={{ ...item, photo: item.photo }} sender={sender} run={run} />
        )}
        {item.text && (
          <p class="text" dir="auto">
            {item.text}
          </p>
        )}
        {item.fromProtected && (
          <span class="from-protected">
            <Icon name="lock" /> From a protected chat, kept from AI
          </span>
        )}
        <span class="meta">
          {timeOf(item.time)}
          {own && (
            <span class="sent">
              <Icon name={item.seq === undefined ? 'clock' : 'check'} />
              <span class="sr">{item.seq === undefined ? 'waits for the connection' : 'sent'}</span>
            </span>
          )}
        </span>
      </div>
      <span class="tools">
        <button type="button" class="tool" onClick={() => quote(item)} aria-label={`Answer ${sender}`}>
          <Icon name="quote" />
        </button>
        <button
          type="button"
          class="tool"
          onClick={() => forward(item)}
          aria-label={`Forward what ${sender} said`}
        >
          <Icon name="forward" />
        </button>
      </span>
    </article>
  );
}

function Note({ note, me }: { readonly note: NoteItem; readonly me: string }) {
  const name = useName();
  const words = (id: string) => nameFor(name, me, id);
  if (note.what === 'setting')
    return (
      <p class={`note setting ${note.on ? 'on' : ''}`}>
        <Icon name={note.on ? 'lock' : 'unlock'} />
        <span>
          {words(note.by)} turned Advanced Chat Privacy {note.on ? 'on' : 'off'}, {timeOf(note.since * 1000)}
        </span>
      </p>
    );
  return <p class="note">{noteText(note, words)}</p>;
}

function noteText(note: NoteItem, words: (id: string) => string): string {
  switch (note.what) {
    case 'created':
      return `${words(note.by)} started this chat. Only its members can read it.`;
    case 'joined':
      return `${words(note.by)} joined. What was said before stays with those who were there.`;
    case 'added':
      return `${words(note.by)} added ${words(note.person)}`;
    case 'removed':
      return `${words(note.by)} removed ${words(note.person)}`;
    case 'refused':
      return note.why === 'epoch-ahead'
        ? 'Something came from a later state of this chat than this app knows of. AI waits until it has caught up.'
        : 'Something came that is no message of a member, and is not shown.';
    case 'setting':
      return '';
  }
}
