import type { Trouble } from '../worker/view.js';
import { Icon } from './icons.js';
import { Avatar, type Person } from './people.js';

interface Props {
  readonly people: readonly Person[];
  readonly trouble: Trouble | undefined;
  readonly signIn: (person: string) => void;
}

export function SignIn({ people, trouble, signIn }: Props) {
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1>Sotto</h1>
        <p class="lead">Chats that only their members can read, and AI that nobody can read along with.</p>
        <h2>Who are you?</h2>
        <ul class="people-grid">
          {people
            .filter(({ scripted }) => !scripted)
            .map(({ id, name }) => (
              <li key={id}>
                <button type="button" class="person" onClick={() => signIn(id)}>
                  <Avatar id={id} />
                  <span>{name}</span>
                </button>
              </li>
            ))}
        </ul>
        {trouble && (
          <p class="trouble" role="alert">
            {trouble.text} <code>{trouble.code}</code>
          </p>
        )}
        <p class="hint">
          <Icon name="people" /> Open another window and be somebody else there.
        </p>
      </div>
    </main>
  );
}
