import { useEffect, useState } from 'preact/hooks';
import type { ChatView, Command, ShownMessage, View } from '../worker/view.js';
import { AssistantPanel } from './assistant.js';
import { Composer } from './composer.js';
import { DetailsDialog } from './details.js';
import { FirstUseDialog } from './first-use.js';
import { ForwardDialog } from './forward.js';
import { Icon } from './icons.js';
import { nameFor, useName } from './people.js';
import { SHIELD_ICON, SHIELD_WORDS } from './shield.js';
import { Timeline } from './timeline.js';

interface Props {
  readonly chat: ChatView;
  readonly view: View;
  readonly run: (command: Command) => Promise<unknown>;
  readonly back: () => void;
  readonly showShield: () => void;
}

export function ChatPane({ chat, view, run, back, showShield }: Props) {
  const name = useName();
  const [draft, setDraft] = useState('');
  const [quoted, setQuoted] = useState<ShownMessage>();
  const [forwarded, setForwarded] = useState<ShownMessage>();
  const [picture, setPicture] = useState<Blob>();
  const [isSending, setSending] = useState(false);
  const [dialog, setDialog] = useState<'details' | 'first-use'>();
  const { id, setting, ai } = chat;
  const count = chat.items.length;
  useEffect(() => void run({ do: 'read', chat: id }), [count, id]);

  const send = async () => {
    const text = draft.trim();
    if (isSending || (text === '' && !picture)) return;
    setSending(true);
    if (!picture) setDraft('');
    const quote = quoted && { sender: quoted.sender, id: quoted.id };
    const said = await run({
      do: 'say',
      chat: id,
      text,
      ...(quote ? { quote } : {}),
      ...(picture ? { picture } : {}),
    });
    setSending(false);
    // What could not be said stays where it was written.
    if (said === REFUSED) setDraft(text);
    else {
      if (picture) setDraft('');
      setQuoted(undefined);
      setPicture(undefined);
    }
  };
  const people = chat.members.map((person) => nameFor(name, view.me, person)).join(', ');
  return (
    <main class="chat" aria-label={chat.name}>
      <h1 class="sr">{chat.name}</h1>
      <header class="chat-head">
        <button type="button" class="round back" onClick={back} aria-label="All chats">
          <Icon name="back" />
        </button>
        <button type="button" class="chat-title" onClick={() => setDialog('details')}>
          <span class="group-avatar" aria-hidden="true">
            {chat.name.slice(0, 1)}
          </span>
          <span>
            <span class="sr">Details of </span>
            <strong dir="auto">{chat.name}</strong>
            <small>{people}</small>
          </span>
        </button>
        <button
          type="button"
          class={`privacy ${setting.on ? 'on' : ''}`}
          onClick={() => setDialog('details')}
        >
          <Icon name={setting.on ? 'lock' : 'unlock'} />
          <span>{setting.on ? 'Protected' : 'Privacy'}</span>
          <span class="sr">: Advanced Chat Privacy is {setting.on ? 'on' : 'off'}</span>
        </button>
        <button
          type="button"
          class={`round shield ${view.shield.state}`}
          onClick={showShield}
          aria-label={SHIELD_WORDS[view.shield.state]}
        >
          <Icon name={SHIELD_ICON[view.shield.state]} />
        </button>
      </header>
      <Timeline chat={chat} me={view.me} quote={setQuoted} forward={setForwarded} run={run} />
      {ai && <AssistantPanel chat={id} ai={ai} run={run} use={setDraft} />}
      {!chat.aiAllowed && !chat.aiRefusal && chat.isMember && (
        <button type="button" class="offer" onClick={() => setDialog('first-use')}>
          <Icon name="spark" />
          <span>
            {chat.counts.summarize > 0
              ? `Summarize ${chat.counts.summarize} message${chat.counts.summarize === 1 ? '' : 's'} with private AI?`
              : 'Use private AI in this chat?'}
          </span>
        </button>
      )}
      <Composer
        chat={chat}
        draft={draft}
        setDraft={setDraft}
        quoted={quoted}
        clearQuote={() => setQuoted(undefined)}
        picture={picture}
        setPicture={setPicture}
        isSending={isSending}
        send={send}
        run={run}
      />
      {dialog === 'details' && (
        <DetailsDialog chat={chat} view={view} run={run} close={() => setDialog(undefined)} />
      )}
      {dialog === 'first-use' && (
        <FirstUseDialog chat={chat} run={run} close={() => setDialog(undefined)} showShield={showShield} />
      )}
      {forwarded && (
        <ForwardDialog
          from={chat}
          item={forwarded}
          chats={view.chats}
          run={run}
          close={() => setForwarded(undefined)}
        />
      )}
    </main>
  );
}

/** What a command that was refused comes back with; the page has said why. */
export const REFUSED = Symbol('refused');
