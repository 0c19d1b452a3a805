import type { ChatView, Command, ShownMessage } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

interface Props {
  readonly from: ChatView;
  readonly item: ShownMessage;
  readonly chats: readonly ChatView[];
  readonly run: (command: Command) => Promise<unknown>;
  readonly close: () => void;
}

export function ForwardDialog({ from, item, chats, run, close }: Props) {
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
