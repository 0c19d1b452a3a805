import { useState } from 'preact/hooks';
import type { Command, View } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Avatar, type Person } from './people.js';

interface Props {
  readonly view: View;
  readonly people: readonly Person[];
  readonly run: (command: Command) => Promise<unknown>;
  readonly close: () => void;
  readonly select: (chat: string) => void;
}

export function NewChatDialog({ view, people, run, close, select }: Props) {
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
