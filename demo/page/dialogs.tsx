/** The smaller dialogs: a new chat, a chat's details, forwarding, and what AI is before its first use. */
import { useState } from 'preact/hooks';
import type { ChatView, Command, ShownMessage, View } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { Avatar, nameFor, type Person, timeOf, useName } from './people.js';
import { save } from './save.js';

type Run = (command: Command) => Promise<unknown>;

interface NewChatProps {
  readonly view: View;
  readonly people: readonly Person[];
  readonly run: Run;
  readonly close: () => void;
  readonly select: (chat: string) => void;
}

export function NewChatDialog({ view, people, run, close, select }: NewChatProps) {
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const ready = (id: string) => view.people.some((one) => one.person === id && one.ready);
  return (
    <Dialog title="New chat" close={close}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const id = await run({ do: 'create', name: title.trim(), people: chosen });
          if (typeof id === 'string') select(id);
          close();
        }}
      >
        <label class="field">
          <span>Name</span>
          <input
            type="text"
            required
            maxLength={60}
            value={title}
            dir="auto"
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <fieldset class="choices">
          <legend>Who is in it?</legend>
          {people
            .filter(({ id }) => id !== view.me)
            .map(({ id, name, scripted }) => (
              <label key={id}>
                <input
                  type="checkbox"
                  checked={chosen.includes(id)}
                  onChange={(event) =>
                    setChosen(
                      event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id),
                    )
                  }
                />
                <Avatar id={id} small />
                <span>
                  {name}
                  <small>
                    {scripted ? 'scripted' : ready(id) ? 'can join now' : 'joins at the next sign-in'}
                  </small>
                </span>
              </label>
            ))}
        </fieldset>
        <div class="actions">
          <button type="submit" class="primary" disabled={title.trim() === '' || chosen.length === 0}>
            Start the chat
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface DetailsProps {
  readonly chat: ChatView;
  readonly view: View;
  readonly run: Run;
  readonly close: () => void;
}

export function DetailsDialog({ chat, view, run, close }: DetailsProps) {
  const name = useName();
  const { id, setting } = chat;
  const outside = view.people.filter(({ person, ready }) => ready && !chat.members.includes(person));
  return (
    <Dialog title={chat.name} close={close}>
      <section class="setting-card" data-on={setting.on ? '' : undefined}>
        <Icon name={setting.on ? 'lock' : 'unlock'} />
        <div>
          <h3 id="acp">Advanced Chat Privacy</h3>
          <p id="acp-more">
            While it is on, no member’s app sends this chat to AI, exports it, or downloads its media by
            itself. Anybody in the chat can change it, and all see who did.
          </p>
          <p class="muted">
            {setting.on ? 'On' : 'Off'} since {timeOf(setting.since * 1000)}, by{' '}
            {nameFor(name, view.me, setting.by)}
          </p>
        </div>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={setting.on}
          aria-labelledby="acp"
          aria-describedby="acp-more"
          disabled={!chat.isMember}
          onClick={() => run({ do: 'protect', chat: id, on: !setting.on })}
        />
      </section>
      <section class="setting-card">
        <Icon name="spark" />
        <div>
          <h3 id="ai-allow">Private AI in this chat</h3>
          <p>Yours alone: others do not see whether you use it. Only what you ask about is sent.</p>
        </div>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={chat.aiAllowed}
          aria-labelledby="ai-allow"
          onClick={() => run({ do: 'allow-ai', chat: id, allowed: !chat.aiAllowed })}
        />
      </section>
      <h3>Members</h3>
      <ul class="member-list">
        {chat.members.map((person) => (
          <li key={person}>
            <Avatar id={person} small />
            <span>{nameFor(name, view.me, person)}</span>
            {person !== view.me && chat.isMember && (
              <button
                type="button"
                class="quiet danger"
                onClick={() => run({ do: 'remove', chat: id, person })}
              >
                Remove
              </button>
            )}
          </li>
        ))}
        {chat.isMember &&
          outside.map(({ person }) => (
            <li key={person} class="outside">
              <Avatar id={person} small />
              <span>{name(person)}</span>
              <button type="button" class="quiet" onClick={() => run({ do: 'add', chat: id, person })}>
                Add
              </button>
            </li>
          ))}
      </ul>
      <h3>Safety code</h3>
      <p class="muted">
        The same for everybody here. Compare it in person to know that nobody is in between.
      </p>
      <code class="safety">{chat.safetyCode}</code>
      <div class="actions">
        <button type="button" class="quiet" onClick={() => exportChat(chat, run)}>
          <Icon name="download" /> Export the chat
        </button>
      </div>
    </Dialog>
  );
}

async function exportChat(chat: ChatView, run: Run): Promise<void> {
  const text = await run({ do: 'export', chat: chat.id });
  if (typeof text !== 'string') return;
  save('chat.txt', new Blob([text], { type: 'text/plain' }));
}

interface ForwardProps {
  readonly from: ChatView;
  readonly item: ShownMessage;
  readonly chats: readonly ChatView[];
  readonly run: Run;
  readonly close: () => void;
}

export function ForwardDialog({ from, item, chats, run, close }: ForwardProps) {
  const { sender, id } = item;
  const isKept = item.photo?.isKept ?? false;
  const others = isKept ? [] : chats.filter((chat) => chat.id !== from.id && chat.isMember);
  return (
    <Dialog title="Forward" close={close}>
      {isKept && (
        <p class="callout">
          <Icon name="lock" /> This photo stays in its chat while Advanced Chat Privacy is on.
        </p>
      )}
      {from.setting.on && !isKept && (
        <p class="callout">
          <Icon name="lock" /> This chat is protected. What you forward is marked, and kept from AI where it
          arrives.
        </p>
      )}
      {others.length === 0 && !isKept && <p class="muted">There is no other chat yet.</p>}
      <ul class="member-list">
        {others.map((chat) => (
          <li key={chat.id}>
            <span class="group-avatar small" aria-hidden="true">
              {chat.name.slice(0, 1)}
            </span>
            <span dir="auto">{chat.name}</span>
            <button
              type="button"
              class="quiet"
              onClick={async () => {
                await run({ do: 'forward', chat: from.id, message: { sender, id }, to: chat.id });
                close();
              }}
            >
              Send
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

interface FirstUseProps {
  readonly chat: ChatView;
  readonly run: Run;
  readonly close: () => void;
  readonly showShield: () => void;
}

export function FirstUseDialog({ chat, run, close, showShield }: FirstUseProps) {
  return (
    <Dialog title="Private AI" close={close}>
      <p class="lead">Summaries, replies and better drafts, for you alone.</p>
      <ul class="promises">
        <li>
          <Icon name="shield-ok" />
          <span>
            Before anything is sent, your app makes the machine prove what it runs.{' '}
            <button type="button" class="inline" onClick={showShield}>
              See what is verified
            </button>
          </span>
        </li>
        <li>
          <Icon name="people" />
          <span>Nobody learns who asks: a token without your name, through a relay that cannot read.</span>
        </li>
        <li>
          <Icon name="lock" />
          <span>Nothing is kept. Once you have the answer, the machine overwrites all of it.</span>
        </li>
        <li>
          <Icon name="spark" />
          <span>
            Only this chat, only when you press a button, and the button says how many messages it sends.
          </span>
        </li>
      </ul>
      <p class="muted">
        AI makes mistakes, and messages can be written to mislead it. Nothing is ever sent for you.
      </p>
      <div class="actions">
        <button type="button" class="quiet" onClick={close}>
          Not now
        </button>
        <button
          type="button"
          class="primary"
          onClick={async () => {
            await run({ do: 'allow-ai', chat: chat.id, allowed: true });
            close();
          }}
        >
          Turn on for this chat
        </button>
      </div>
    </Dialog>
  );
}
