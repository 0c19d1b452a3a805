import { render } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Command, Trouble, View } from '../worker/view.js';
import { ask, signInAs, signOut } from './account.js';
import { ChatPane, REFUSED } from './chat.js';
import { NewChatDialog } from './new-chat.js';
import { People, type Person } from './people.js';
import { ShieldDialog } from './shield.js';
import { Sidebar } from './sidebar.js';
import { SignIn } from './sign-in.js';
import { SignedOut } from './signed-out.js';
import { Toast } from './toast.js';
import { TroubleError, WorkerLink } from './worker-link.js';

/** A window is one person: each may be somebody else, and stays so when it is loaded again. */
const SESSION = 'sotto-person';

interface SignedIn {
  readonly person: string;
  readonly token: string;
  readonly worker: WorkerLink;
}

function App() {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [view, setView] = useState<View>();
  const [open, setOpen] = useState<string>();
  const [dialog, setDialog] = useState<'shield' | 'new-chat'>();
  const [trouble, setTrouble] = useState<Trouble>();
  const signedIn = useRef<SignedIn>(undefined);

  /** What went wrong is shown, and `REFUSED` comes back in place of what was asked for. */
  const told = useCallback(async (work: () => Promise<unknown> | undefined): Promise<unknown> => {
    try {
      setTrouble(undefined);
      return await work();
    } catch (error) {
      if (!(error instanceof TroubleError)) throw error;
      setTrouble(error.trouble);
      return REFUSED;
    }
  }, []);
  const run = useCallback(
    (command: Command): Promise<unknown> => told(() => signedIn.current?.worker.do(command)),
    [told],
  );

  const signIn = useCallback(
    (person: string): Promise<unknown> =>
      told(async () => {
        const token = await signInAs(person);
        const worker = new WorkerLink(setView);
        signedIn.current = { person, token, worker };
        sessionStorage.setItem(SESSION, person);
        try {
          await worker.do({ do: 'start', person, token, site: location.origin });
        } catch (error) {
          worker.close();
          signedIn.current = undefined;
          throw error;
        }
      }),
    [told],
  );
  /** The same person, in the same worker: chats, drafts and answers stay as they are. */
  const signInAgain = (): Promise<unknown> =>
    told(async () => {
      const { person, worker } = signedIn.current!;
      const token = await signInAs(person);
      signedIn.current = { person, token, worker };
      await worker.do({ do: 'sign-in', token });
    });
  const leave = async () => {
    sessionStorage.removeItem(SESSION);
    const left = await told(() => signOut(signedIn.current!.token));
    if (left !== REFUSED) location.reload();
  };

  useEffect(() => {
    void told(async () => {
      setPeople((await ask('/api/people')) as readonly Person[]);
      const person = sessionStorage.getItem(SESSION);
      if (person !== null) void signIn(person);
    });
    const online = () => void run({ do: 'online' });
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [run, signIn, told]);

  const select = (chat: string) => {
    setOpen(chat);
    void run({ do: 'open', chat });
  };
  const chat = view?.chats.find(({ id }) => id === open);
  const shown = trouble ?? view?.trouble;
  return (
    <People.Provider value={people}>
      {view === undefined ? (
        <SignIn people={people} trouble={trouble} signIn={(person) => void signIn(person)} />
      ) : (
        <div class="frame">
          {view.connection === 'signed-out' && (
            <SignedOut name={people.find(({ id }) => id === view.me)?.name ?? view.me} signIn={signInAgain} />
          )}
          <div class={`app ${chat ? 'has-chat' : ''}`}>
            <Sidebar
              view={view}
              open={open}
              select={select}
              newChat={() => setDialog('new-chat')}
              showShield={() => setDialog('shield')}
              signOut={() => void leave()}
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
            {shown && <Toast trouble={shown} close={() => void run({ do: 'clear-trouble' })} />}
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
        </div>
      )}
    </People.Provider>
  );
}

render(<App />, document.getElementById('app')!);
