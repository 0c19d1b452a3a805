import { render } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Command, Trouble, View } from '../worker/view.js';
import { ChatPane, REFUSED } from './chat.js';
import { NewChatDialog } from './dialogs.js';
import { Icon } from './icons.js';
import { People, type Person } from './people.js';
import { ShieldDialog } from './shield.js';
import { Sidebar } from './sidebar.js';
import { SignIn } from './sign-in.js';
import { TroubleError, WorkerLink } from './worker-link.js';

/** A window is one person: each may be somebody else, and stays so when it is loaded again. */
const SESSION = 'sotto-person';

function App() {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [view, setView] = useState<View>();
  const [open, setOpen] = useState<string>();
  const [dialog, setDialog] = useState<'shield' | 'new-chat'>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [refused, setRefused] = useState<string>();
  const worker = useRef<WorkerLink>(undefined);

  const run = useCallback(async (command: Command): Promise<unknown> => {
    try {
      setTrouble(undefined);
      return await worker.current?.do(command);
    } catch (error) {
      if (!(error instanceof TroubleError)) throw error;
      setTrouble(error.trouble);
      return REFUSED;
    }
  }, []);

  const signIn = useCallback(
    async (person: string): Promise<void> => {
      try {
        const response = await fetch('/api/sign-in', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ person }),
        });
        if (!response.ok) throw new TypeError(String(response.status));
        const { token } = (await response.json()) as { readonly token: string };
        sessionStorage.setItem(SESSION, person);
        worker.current = new WorkerLink(setView);
        await run({ do: 'start', person, token, site: location.origin });
      } catch {
        setRefused('The server cannot be reached. Try again.');
      }
    },
    [run],
  );

  useEffect(() => {
    fetch('/api/people')
      .then((response) => response.json())
      .then(
        (found: readonly Person[]) => {
          setPeople(found);
          const person = sessionStorage.getItem(SESSION);
          if (person !== null) void signIn(person);
        },
        () => setRefused('The server cannot be reached. Load the page again.'),
      );
    const online = () => void run({ do: 'online' });
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [run, signIn]);

  const select = (chat: string) => {
    setOpen(chat);
    void run({ do: 'open', chat });
  };
  const chat = view?.chats.find(({ id }) => id === open);
  const shown = trouble ?? view?.trouble;
  return (
    <People.Provider value={people}>
      {view === undefined ? (
        <SignIn people={people} trouble={refused} signIn={(person) => void signIn(person)} />
      ) : (
        <div class={`app ${chat ? 'has-chat' : ''}`}>
          <Sidebar
            view={view}
            open={open}
            select={select}
            newChat={() => setDialog('new-chat')}
            showShield={() => setDialog('shield')}
          />
          {chat ? (
            <ChatPane
              key={chat.id}
              chat={chat}
              view={view}
              run={run}
              back={() => setOpen(undefined)}
              showShield={() => setDialog('shield')}
            />
          ) : (
            <main class="nothing">
              <img src="/icon.svg" alt="" width="72" height="72" />
              <h1>Quietly yours</h1>
              <p>Choose a chat. What you write is sealed to its members before it leaves this window.</p>
            </main>
          )}
          {shown && (
            <div class="toast" role="alert">
              <span>
                {shown.text} <code>{shown.code}</code>
              </span>
              <button
                type="button"
                class="round small"
                onClick={() => setTrouble(undefined)}
                aria-label="Close the message"
              >
                <Icon name="close" />
              </button>
            </div>
          )}
          {dialog === 'shield' && (
            <ShieldDialog
              shield={view.shield}
              close={() => setDialog(undefined)}
              verify={() => run({ do: 'verify' })}
            />
          )}
          {dialog === 'new-chat' && (
            <NewChatDialog
              view={view}
              people={people}
              run={run}
              close={() => setDialog(undefined)}
              select={select}
            />
          )}
        </div>
      )}
    </People.Provider>
  );
}

render(<App />, document.getElementById('app')!);
