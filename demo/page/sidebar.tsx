import { quotable } from '../member/item.js';
import type { ChatView, ShieldView, View } from '../worker/view.js';
import { Icon } from './icons.js';
import { Avatar, nameFor, useName, whenOf } from './people.js';
import { SHIELD_ICON, SHIELD_WORDS } from './shield.js';

interface Props {
  readonly view: View;
  readonly open: string | undefined;
  readonly select: (chat: string) => void;
  readonly newChat: () => void;
  readonly showShield: () => void;
  readonly signOut: () => void;
}

export function Sidebar({ view, open, select, newChat, showShield, signOut }: Props) {
  const name = useName();
  const { me, connection, chats, shield } = view;
  return (
    <nav class="sidebar" aria-label="Chats">
      <header class="sidebar-head">
        <Avatar id={me} />
        <div class="who">
          <h2>{name(me)}</h2>
          <span class={`connection ${connection}`} role="status">
            {CONNECTION[connection]}
          </span>
        </div>
        <button type="button" class="round" onClick={newChat} aria-label="New chat">
          <Icon name="plus" />
        </button>
        <button type="button" class="round" onClick={signOut} aria-label="Sign out">
          <Icon name="exit" />
        </button>
      </header>
      <button type="button" class={`shield-bar ${shield.state}`} onClick={showShield}>
        <Icon name={SHIELD_ICON[shield.state]} />
        <span>
          <strong>{SHIELD_WORDS[shield.state]}</strong>
          <small>{SHIELD_HINT[shield.state] ?? 'See what is checked'}</small>
        </span>
      </button>
      <ul class="chat-list">
        {[...chats].sort(byLast).map((chat) => (
          <li key={chat.id}>
            <button
              type="button"
              class="chat-row"
              aria-current={chat.id === open ? 'true' : undefined}
              onClick={() => select(chat.id)}
            >
              <span class="group-avatar" aria-hidden="true">
                {chat.name.slice(0, 1)}
              </span>
              <span class="chat-row-text">
                <span class="chat-row-top">
                  <strong dir="auto">{chat.name}</strong>
                  <time>{lastTime(chat)}</time>
                </span>
                <span class="chat-row-bottom">
                  <span class="last" dir="auto">
                    {lastWords(chat, me, name)}
                  </span>
                  {chat.setting.on && (
                    <span class="mark" title="Advanced Chat Privacy is on">
                      <Icon name="lock" />
                      <span class="sr">Advanced Chat Privacy is on</span>
                    </span>
                  )}
                  {chat.unread > 0 && (
                    <span class="badge">
                      {chat.unread}
                      <span class="sr"> unread</span>
                    </span>
                  )}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {chats.length === 0 && (
        <p class="empty">
          {connection === 'online' ? 'You will be in a chat in a moment. Or start one.' : 'No chats yet.'}
        </p>
      )}
    </nav>
  );
}

const SHIELD_HINT: { readonly [state in ShieldView['state']]?: string } = {
  refused: 'Nothing was sent. See why',
  unreachable: 'See why',
  'without-tokens': 'See why',
};

const CONNECTION = {
  online: 'Connected',
  connecting: 'Connecting…',
  offline: 'Offline. Messages are sent later',
  'signed-out': 'Signed out',
  elsewhere: 'Open in another window',
} as const;

const lastItem = ({ items }: ChatView) => items.findLast((item) => item.kind === 'message');

const byLast = (one: ChatView, other: ChatView): number =>
  (lastItem(other)?.time ?? 0) - (lastItem(one)?.time ?? 0);

const lastTime = (chat: ChatView): string => {
  const last = lastItem(chat);
  return last ? whenOf(last.time) : '';
};

function lastWords(chat: ChatView, me: string, name: (id: string) => string): string {
  const last = lastItem(chat);
  if (!last) return 'Nothing was said yet';
  return `${nameFor(name, me, last.sender)}: ${quotable(last).slice(0, 120)}`;
}
