/** What stands above the chats once the sign-in has ended: nothing else is lost, and one button goes on. */
import { useState } from 'preact/hooks';
import { Icon } from './icons.js';

interface Props {
  readonly name: string;
  readonly signIn: () => Promise<unknown>;
}

export function SignedOut({ name, signIn }: Props) {
  const [busy, setBusy] = useState(false);
  return (
    <div class="sign-in-banner" role="alert">
      <Icon name="lock" />
      <p>
        <strong>Your sign-in has ended.</strong> Your chats are still here, and what you write is sent once
        you are back.
      </p>
      <button
        type="button"
        class="primary small"
        disabled={busy}
        onClick={async () => {
          setBusy(true);
          await signIn();
          setBusy(false);
        }}
      >
        {busy ? 'Signing in…' : `Sign in again as ${name}`}
      </button>
    </div>
  );
}
