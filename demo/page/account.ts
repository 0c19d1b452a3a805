/** Signing in at the app's own server, and out. */
import type { Trouble } from '../worker/view.js';
import { TroubleError } from './worker-link.js';

const NO_ANSWER: Trouble = {
  text: 'This app’s own server cannot be reached. Check your connection, then try again.',
  code: 'app-unreachable',
  canRetry: true,
};
const REFUSED: Trouble = {
  text: 'This app’s own server does not let you in. Try again; if it stays so, tell whoever runs it.',
  code: 'app-refused',
  canRetry: true,
};

/** @returns a sign-in token @throws TroubleError `app-unreachable`, `app-refused` */
export async function signInAs(person: string): Promise<string> {
  const answer = await ask('/api/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  });
  const { token } = Object(answer) as { readonly token?: unknown };
  if (typeof token === 'string') return token;
  throw new TroubleError(REFUSED);
}

/** Ends a sign-in. @throws TroubleError `app-unreachable`, `app-refused` */
export async function signOut(token: string): Promise<void> {
  await ask('/api/sign-out', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
}

/** @returns the answer's JSON @throws TroubleError `app-unreachable`, `app-refused` */
export async function ask(path: string, init?: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new TroubleError(NO_ANSWER);
  }
  if (!response.ok) throw new TroubleError(REFUSED);
  try {
    return await response.json();
  } catch (cause) {
    throw new TroubleError(cause instanceof SyntaxError ? REFUSED : NO_ANSWER);
  }
}
