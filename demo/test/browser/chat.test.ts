/** The chat in a real browser, with all parties running: people talk, AI helps them, and is kept away when one wants it so. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { CHAT, inChromium, START_MS, shot, violations, World } from './world.js';

inChromium('the chat in Chromium', () => {
  let world: World;
  let anna: PersonAtPage;
  let ben: PersonAtPage;

  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    await anna.open(CHAT);
    await anna.sees('whether you are coming');
  }, START_MS);
  beforeEach(() => world.closeDialogs());
  afterAll(() => world?.close());

  it('somebody who signs in is in a chat, and another one too', async () => {
    await shot(anna, 'chat-light');
    ben = await world.arrive('Ben', { scheme: 'dark' });
    await ben.open(CHAT);
    await anna.say('Hi Ben, good that you are here');
    await ben.sees('Hi Ben, good that you are here');
    await ben.say('Hello Anna!');
    await anna.sees('Hello Anna!');
  });

  it('explains private AI before its first use, which is for this chat alone', async () => {
    expect(await anna.page.locator('.ai-bar').count()).toBe(0);
    await anna.page.locator('.offer').click();
    await anna.page.getByRole('dialog', { name: 'Private AI' }).waitFor();
    await shot(anna, 'first-use-light');
    expect(await violations(anna)).toEqual([]);
    await anna.page.getByRole('button', { name: 'Not now' }).click();
    expect(await anna.page.locator('.ai-bar').count()).toBe(0);
    await anna.allowAi();
  });

  it('streams a summary that only its reader sees, and says how many messages it sends', async () => {
    await anna.shield('simulated');
    const count = await anna.page.locator('.chip', { hasText: 'Summarize' }).locator('.count').innerText();
    expect(Number(count)).toBeGreaterThan(5);
    await anna.ask(/Summarize/);
    expect(await anna.answered()).toBe('done');
    expect(await anna.page.locator('.ai-text').innerText()).toMatch(/\w{3}/);
    expect(await anna.page.locator('.ai header').innerText()).toMatch(
      new RegExp(`AI[\\s\\S]*of ${count} messages`),
    );
    expect(await ben.page.locator('.ai').count()).toBe(0);
    await shot(anna, 'summary-light');
    expect(await violations(anna)).toEqual([]);
  });

  it('suggests replies that wait in the composer until their author sends them', async () => {
    await anna.ask(/Suggest replies/);
    expect(await anna.answered()).toBe('done');
    const first = anna.page.locator('.reply').first();
    const text = (await first.innerText()).trim();
    await first.click();
    expect(await anna.page.getByRole('textbox', { name: /^Message to/ }).inputValue()).toBe(text);
    await shot(anna, 'replies-light');
    await anna.draft('');
  });

  it('rewrites a draft in a tone, and shows what proofreading changes', async () => {
    await ben.shield('simulated');
    await ben.allowAi();
    await ben.draft('i can come on saterday, but I has to leave at six');
    await ben.page.getByLabel('Tone').selectOption('professional');
    await ben.ask('Rewrite');
    expect(await ben.answered()).toBe('done');
    await ben.ask('Proofread');
    expect(await ben.answered()).toBe('done');
    expect(await ben.page.locator('.diff ins').count()).toBeGreaterThan(0);
    await shot(ben, 'proofread-dark');
    expect(await violations(ben)).toEqual([]);
    await ben.page.getByRole('button', { name: 'Use this text' }).click();
    expect(await ben.page.getByRole('textbox', { name: /^Message to/ }).inputValue()).not.toContain(
      'saterday',
    );
  });

  it('stops when it is told to, and can be asked again', async () => {
    await anna.ask(/Suggest replies/);
    await anna.page.getByRole('button', { name: 'Stop' }).click();
    expect(await anna.answered()).toBe('stopped');
    await anna.tryAgain();
    expect(await anna.answered()).toBe('done');
  });

  it('protection that one turns on is seen by all and keeps all from AI, at once', async () => {
    await ben.protect(true);
    await anna.sees('Ben turned Advanced Chat Privacy on');
    await ben.sees('You turned Advanced Chat Privacy on');
    for (const person of [anna, ben]) {
      await person.page.getByText('Not available while Advanced Chat Privacy is on').waitFor();
      expect(await person.page.locator('.ai-bar, .ai').count()).toBe(0);
    }
    await shot(anna, 'protected-light');
    await shot(ben, 'protected-dark');
    expect(await violations(ben)).toEqual([]);
    const before = world.sent(anna);
    await anna.page.getByRole('button', { name: /^Details of/ }).click();
    await shot(anna, 'details-light');
    await anna.page.getByRole('button', { name: 'Export the chat' }).click();
    // Above the dialog, or nobody could read it.
    await anna.page.locator('dialog .toast').getByText('chat-protected').waitFor();
    await shot(anna, 'export-refused-light');
    await anna.page.keyboard.press('Escape');
    await anna.page.locator('.toast').waitFor({ state: 'detached' });
    expect(world.sent(anna)).toBe(before);
    await anna.protect(false);
    await ben.sees('Anna turned Advanced Chat Privacy off');
    await ben.page.locator('.ai-bar').waitFor();
  });

  it('who was offline catches up, protection included', async () => {
    await ben.context.setOffline(true);
    await ben.page.reload().catch(() => undefined);
    await anna.say('While Ben is away');
    await anna.protect(true);
    await ben.context.setOffline(false);
    await ben.page.goto(world.url);
    await ben.open(CHAT);
    await ben.sees('While Ben is away');
    await ben.sees('Anna turned Advanced Chat Privacy on');
    await ben.page.getByText('Not available while Advanced Chat Privacy is on').waitFor();
    await anna.protect(false);
    await ben.sees('Anna turned Advanced Chat Privacy off');
  });

  it('shows markup, and text that runs the other way, as what it is', async () => {
    const markup = '<img src=x onerror=alert(1)><b>bold</b>';
    await ben.say(markup);
    await anna.sees(markup);
    await ben.say('\u202Egnp.exe evil \u2067 abc');
    await ben.say('and then a normal one');
    await anna.sees('and then a normal one');
    expect(await anna.page.locator('.timeline img, .timeline b').count()).toBe(0);
  });

  it('broke none of its own rules, and asked nobody but the parties', () => world.expectRulesKept());
});
