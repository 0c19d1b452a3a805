/** What private AI is, before its first use in a chat. */
import type { ChatView, Command } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

interface Props {
  readonly chat: ChatView;
  readonly run: (command: Command) => Promise<unknown>;
  readonly close: () => void;
  readonly showShield: () => void;
}

export function FirstUseDialog({ chat, run, close, showShield }: Props) {
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
