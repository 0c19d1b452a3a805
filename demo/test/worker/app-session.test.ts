/** The app's own backend as the worker talks to it: what is refused, and what is only not reached. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppSession } from '../../worker/app-session.js';

const SITE = 'https://app.example';
afterEach(() => vi.unstubAllGlobals());

function session(answer: (token: string) => Promise<Response>): { app: AppSession; ended: () => number } {
  let count = 0;
  vi.stubGlobal('fetch', (_: string, { headers }: { headers?: { authorization: string } }) =>
    answer(headers?.authorization ?? ''),
  );
  const app = new AppSession(SITE, 'first', () => {
    count++;
  });
  return { app, ended: () => count };
}

describe('a token of the app’s', () => {
  it('is fetched as whoever is signed in', async () => {
    const { app } = session(async (authorization) => Response.json({ token: `for ${authorization}` }));
    expect(await app.token()).toBe('for Bearer first');
    app.signIn('second');
    expect(await app.token()).toBe('for Bearer second');
  });

  it.each<[string, () => Promise<Response>, string]>([
    ['no answer', () => Promise.reject(new TypeError('fetch failed')), 'app-unreachable'],
    [
      'an answer that breaks off',
      async () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError('cut')) })),
      'app-unreachable',
    ],
    ['a refusal', async () => new Response('', { status: 503 }), 'app-refused'],
    ['no JSON', async () => new Response('<html>'), 'app-refused'],
    ['another answer', async () => Response.json({ tokens: [] }), 'app-refused'],
  ])('fails with %s, and the sign-in lasts', async (_, answer, code) => {
    const { app, ended } = session(answer);
    await expect(app.token()).rejects.toMatchObject({ name: 'AppError', code });
    expect([app.hasEnded, ended()]).toEqual([false, 0]);
  });

  it('is not given to a sign-in that has ended, and is to the next one', async () => {
    const { app, ended } = session(async (authorization) =>
      authorization === 'Bearer first' ? new Response('', { status: 401 }) : Response.json({ token: 'new' }),
    );
    await expect(app.token()).rejects.toMatchObject({ code: 'sign-in-ended' });
    expect([app.hasEnded, ended()]).toEqual([true, 1]);
    app.signIn('second');
    expect(app.hasEnded).toBe(false);
    expect(await app.token()).toBe('new');
  });

  it('that is refused to the former sign-in does not end the new one', async () => {
    let answer: (response: Response) => void = () => undefined;
    const { app, ended } = session(() => new Promise((resolve) => (answer = resolve)));
    const asked = app.token();
    app.signIn('second');
    answer(new Response('', { status: 401 }));
    await expect(asked).rejects.toMatchObject({ code: 'sign-in-ended' });
    expect([app.hasEnded, ended()]).toEqual([false, 0]);
  });
});
