/** The page itself in a real browser: phones, keyboards, a second window, its policy, and the SDK as others use it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { at, CHAT, inChromium, START_MS, shot, violations, World } from './world.js';

inChromium('the page in Chromium', () => {
  let world: World;
  let anna: PersonAtPage;

  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    await anna.open(CHAT);
    await anna.sees('whether you are coming');
  }, START_MS);
  beforeEach(() => world.closeDialogs());
  afterAll(() => world?.close());

  it('is accessible before anybody has signed in, and where chats are begun and settled', async () => {
    const context = await world.browser.newContext({
      viewport: { width: 390, height: 780 },
      colorScheme: 'dark',
    });
    const page = await context.newPage();
    await page.goto(world.url);
    await page.getByText('Who are you?').waitFor();
    await page.getByRole('button', { name: 'Omar', exact: true }).waitFor();
    await shot({ page }, 'phone-sign-in-dark');
    expect(await violations({ page })).toEqual([]);
    await context.close();
    await anna.page.getByRole('button', { name: 'New chat' }).click();
    await anna.page.getByRole('dialog', { name: 'New chat' }).waitFor();
    await shot(anna, 'new-chat-light');
    expect(await violations(anna)).toEqual([]);
    await anna.page.keyboard.press('Escape');
    await anna.page.getByRole('button', { name: /^Details of/ }).click();
    await anna.page.getByRole('dialog', { name: CHAT }).waitFor();
    expect(await violations(anna)).toEqual([]);
  });

  it('fits a phone, in both schemes, and can be used with the keyboard alone', async () => {
    await anna.page.setViewportSize({ width: 390, height: 780 });
    await anna.page.getByRole('button', { name: 'All chats' }).click();
    await shot(anna, 'phone-list-light');
    expect(await violations(anna)).toEqual([]);
    await anna.page.locator('.chat-row').focus();
    await anna.page.keyboard.press('Enter');
    await anna.page.getByRole('main', { name: CHAT }).waitFor();
    await anna.sees('whether you are coming');
    await shot(anna, 'phone-chat-light');
    expect(await anna.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await violations(anna)).toEqual([]);
    await anna.page.emulateMedia({ colorScheme: 'dark' });
    await shot(anna, 'phone-chat-dark');
    expect(await violations(anna)).toEqual([]);
    await anna.page.getByRole('button', { name: 'Private AI, simulated' }).click();
    await anna.page.locator('.seen').first().waitFor();
    await shot(anna, 'phone-verified-dark');
    expect(await anna.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await violations(anna)).toEqual([]);
    await anna.page.keyboard.press('Escape');
  });

  it('in a second window of the same person waits for the first', async () => {
    const second = await anna.context.newPage();
    await second.goto(world.url);
    await second.getByRole('button', { name: 'Anna', exact: true }).click();
    await second.getByText('Open in another window').waitFor();
    await second.close();
  });

  it('can be the web app of docs/sdk.md, which works as it stands there', async () => {
    const sdk = readFileSync(at('../docs/sdk.md'), 'utf8');
    const entry = at('dist/web-example.ts');
    // The one thing that a page of its own would have at hand.
    const more = 'export const draft = sotto.ownDraft;';
    writeFileSync(entry, `${/```ts web\n([\s\S]*?)```/.exec(sdk)![1]!}${more}`);
    const bundle = await rolldown({ input: entry, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'iife', name: 'example', minify: true });
    await bundle.close();
    const told = await anna.page.evaluate<readonly [boolean, string, string]>(`(async () => {
      ${output[0].code}
      const json = (path, init) => fetch(path, { method: 'POST', ...init }).then((answer) => answer.json());
      const headers = { 'content-type': 'application/json' };
      const { token } = await json('/api/sign-in', { headers, body: '{"person":"anna"}' });
      const authorization = 'Bearer ' + token;
      const now = async () => (await json('/api/app-token', { headers: { authorization } })).token;
      const ai = await example.privateAi(location.origin, now);
      let refused = '';
      const plain = { messages: [{ sender: 'Anna', text: 'Hello' }] };
      try { for await (const event of ai.summarize(plain)); } catch (error) { refused = error.code; }
      let last = '';
      const draft = example.draft('She go to school every day');
      for await (const event of ai.proofread(draft)) last = event.kind;
      ai.close();
      return [ai.verdict.ok, refused, last];
    })()`);
    expect(told).toEqual([true, 'privacy-unproven', 'done']);
  });

  it('lets in nothing but its own scripts and styles', async () => {
    const response = await fetch(world.url);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(await response.text()).not.toMatch(/<script(?![^>]*src=)|style=|https?:/);
  });

  it('broke none of its own rules, and asked nobody but the parties', () => world.expectRulesKept());
});
