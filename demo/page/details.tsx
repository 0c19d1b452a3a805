/** A chat's details: its settings, its members, and the code that they can compare. */
import type { ChatView, Command, View } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { Avatar, nameFor, useName, whenOf } from './people.js';
import { save } from './save.js';

interface Props {
  readonly chat: ChatView;
  readonly view: View;
  readonly run: (command: Command) => Promise<unknown>;
  readonly close: () => void;
}

export function DetailsDialog({ chat, view, run, close }: Props) {
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
            {setting.on ? 'On' : 'Off'} since {whenOf(setting.since * 1000)}, by{' '}
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
          {chat.aiAllowed && setting.on && <p class="muted">It waits while Advanced Chat Privacy is on.</p>}
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

async function exportChat(chat: ChatView, run: Props['run']): Promise<void> {
  const text = await run({ do: 'export', chat: chat.id });
  if (typeof text !== 'string') return;
  save('chat.txt', new Blob([text], { type: 'text/plain' }));
}
