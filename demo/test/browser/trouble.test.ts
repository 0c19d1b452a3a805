/** What goes wrong, in a real browser: it is said in plain words, nothing is lost, and there is a way on. */
import type { Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { LineBreaker } from './line-breaker.js';
import { CHAT, inChromium, START_MS, shot, violations, World } from './world.js';

/** A refusal (RFC 9457) that pages may read, as an issuer gives it. */
const problem = (status: number, body: object, headers: Record<string, string> = {}) => ({
  status,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'retry-after',
    'content-type': 'application/problem+json',
    ...headers,
  },
  body: JSON.stringify(body),
});
const signInButton = ({ page, name }: PersonAtPage) =>
  page.getByRole('button', { name: `Sign in again as ${name}` });
const draftOf = ({ page }: PersonAtPage) => page.getByRole('textbox', { name: /^Message to/ }).inputValue();
const troubleOf = ({ page }: PersonAtPage) => page.locator('.ai .trouble').innerText();

inChromium('trouble in Chromium', () => {
  let world: World;
  let proxy: LineBreaker;
  /** Who loses a profile loses the keys of their chats: each stays the same until the end. */
  let anna: PersonAtPage;
  let omar: PersonAtPage;

  beforeAll(async () => {
    proxy = await LineBreaker.start();
    world = await World.start();
  }, START_MS);
  beforeEach(() => world.closeDialogs());
  afterAll(async () => {
    await world?.close();
    await proxy?.close();
  });

  it('at the sign-in itself is told there, and it can be tried again', async () => {
    const page = await world.browser.newPage();
    await page.route('**/api/sign-in', (route) => route.abort(), { times: 1 });
    await page.goto(world.url);
    await page.getByRole('button', { name: 'Ben', exact: true }).click();
    await page.getByRole('alert').getByText('app-unreachable').waitFor();
    await page.route('**/api/sign-in', (route) => route.fulfill({ status: 500 }), { times: 1 });
    await page.getByRole('button', { name: 'Ben', exact: true }).click();
    await page.getByRole('alert').getByText('app-refused').waitFor();
    await page.route('**/api/sign-in', (route) => route.fulfill({ json: { token: 'ended' } }));
    await page.getByRole('button', { name: 'Ben', exact: true }).click();
    await page.getByRole('navigation', { name: 'Chats' }).waitFor();
    await page.close();
  });

  describe('with the sign-in', () => {
    it('that ends while people talk: they are asked to sign in again, and go on where they were', async () => {
      const ben = await world.arrive('Ben', { scheme: 'dark' });
      await ben.open(CHAT);
      let token = '';
      anna = await world.arrive('Anna', { proxy: proxy.url }, async (context) => {
        await context.route('**/api/sign-in', async (route) => {
          const response = await route.fetch();
          ({ token } = (await response.json()) as { readonly token: string });
          await route.fulfill({ response });
        });
      });
      await anna.open(CHAT);
      await anna.say('Before my sign-in ends');
      await ben.sees('Before my sign-in ends');
      await fetch(`${world.url}/api/sign-out`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
      await anna.say('Written meanwhile');
      await signInButton(anna).waitFor();
      await anna.page.getByText('Signed out').waitFor();
      await anna.draft('and this is half a');
      await shot(anna, 'signed-out-light');
      expect(await violations(anna)).toEqual([]);
      expect(await ben.page.getByText('Written meanwhile').count()).toBe(0);
      await anna.page.setViewportSize({ width: 390, height: 780 });
      await shot(anna, 'phone-signed-out-light');
      expect(await anna.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await signInButton(anna).click();
      await signInButton(anna).waitFor({ state: 'detached' });
      await ben.sees('Written meanwhile');
      expect(await draftOf(anna)).toBe('and this is half a');
      await ben.say('I can still hear you');
      await anna.sees('I can still hear you');
      await anna.page.setViewportSize({ width: 1200, height: 800 });
      await anna.draft('');
      await ben.context.close();
    });

    it('that had ended before AI has any tokens: after another one AI works', async () => {
      omar = await world.arrive('Omar', { scheme: 'dark' }, async (context) => {
        await context.route('**/api/sign-in', (route) => route.fulfill({ json: { token: 'ended' } }), {
          times: 1,
        });
      });
      await omar.shield('without-tokens');
      await signInButton(omar).waitFor();
      await omar.page.locator('.shield-bar').click();
      await omar.page.getByText('sign-in-ended').waitFor();
      await shot(omar, 'without-tokens-dark');
      await omar.page.keyboard.press('Escape');
      await signInButton(omar).click();
      await omar.shield('simulated');
      await omar.open(CHAT);
      await omar.allowAi();
      await omar.draft('She go to school every day');
      await omar.ask('Proofread');
      expect(await omar.answered()).toBe('done');
    });

    it('ends for good when somebody signs out', async () => {
      await omar.page.getByRole('button', { name: 'Sign out' }).click();
      await omar.page.getByText('Who are you?').waitFor();
      await omar.page.reload();
      await omar.page.getByText('Who are you?').waitFor();
      await omar.context.close();
    });
  });

  it('with tokens says who refused and what to do, until there are some again', async () => {
    const { issuer } = world.configuration;
    const noMore = problem(
      429,
      { code: 'quota-exhausted', title: 'Too Many Requests' },
      { 'retry-after': '7200' },
    );
    const chloe = await world.arrive('Chloé', {}, async (context) => {
      await context.route(`${issuer.url}/token-request`, (route) => route.fulfill(noMore));
    });
    const { context } = chloe;
    await chloe.shield('without-tokens');
    await chloe.open(CHAT);
    await chloe.allowAi();
    await chloe.draft('She go to school every day');
    await chloe.ask('Proofread');
    expect(await chloe.answered()).toBe('failed');
    expect(await troubleOf(chloe)).toMatch(/used up.*in about 2 hours.*issuer-refused: quota-exhausted/s);
    expect(await chloe.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await shot(chloe, 'quota-light');
    expect(await violations(chloe)).toEqual([]);
    await context.unroute(`${issuer.url}/token-request`);

    const answers: readonly (readonly [(route: Route) => Promise<void>, RegExp])[] = [
      // The issuer itself looks at this one.
      [
        (route) => route.fulfill({ json: { token: 'e30.e30.AA' } }),
        /does not accept your account.*app-token-/s,
      ],
      [(route) => route.fulfill({ status: 503 }), /own server refused.*app-refused/s],
      [(route) => route.abort(), /own server cannot be reached.*app-unreachable/s],
    ];
    for (const [answer, words] of answers) {
      await context.route('**/api/app-token', answer);
      await chloe.ask('Proofread');
      expect(await chloe.answered()).toBe('failed');
      expect(await troubleOf(chloe)).toMatch(words);
      expect(await draftOf(chloe)).toBe('She go to school every day');
      await context.unroute('**/api/app-token');
    }
    await chloe.tryAgain();
    await chloe.page.locator('.ai.done').waitFor();
    await chloe.shield('simulated');
    await context.close();
  });

  describe('with the connection', () => {
    beforeAll(async () => {
      await anna.allowAi();
      await anna.shield('simulated');
    }, START_MS);

    it('that is not there is told, what was written stays, and a second try works', async () => {
      const { relay } = world.configuration;
      await anna.draft('this stays here');
      await anna.context.route(`${relay}**`, (route) => route.abort());
      await anna.ask('Proofread');
      // One session was held ready: its request is what does not get through.
      expect(await anna.answered()).toBe('failed');
      expect(await troubleOf(anna)).toMatch(/cannot be reached|connection broke/);
      expect(await draftOf(anna)).toBe('this stays here');
      await shot(anna, 'broken-light');
      await anna.context.unroute(`${relay}**`);
      await anna.tryAgain();
      await anna.page.locator('.ai.done').waitFor();
      await anna.draft('');
    });

    it('that breaks in the middle of an answer never makes it look whole, and a second try works', async () => {
      proxy.slow();
      await anna.ask(/Summarize/);
      const text = anna.page.locator('.ai-text');
      while ((await text.count()) === 0 || (await text.innerText()).trim() === '') proxy.step();
      expect(await anna.page.locator('.ai.working').count()).toBe(1);
      proxy.cut();
      expect(await anna.answered()).toBe('failed');
      expect(await troubleOf(anna)).toMatch(/broke before the answer was complete.*answer-truncated/s);
      await shot(anna, 'cut-off-light');
      expect(await violations(anna)).toEqual([]);
      await anna.tryAgain();
      await anna.page.locator('.ai.done').waitFor();
    });
  });

  it('broke none of the page’s own rules, and asked nobody but the parties', () => world.expectRulesKept());
});
