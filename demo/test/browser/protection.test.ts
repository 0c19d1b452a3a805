/** Advanced Chat Privacy in a real browser: one turns it on, and it holds for everybody, also for who was away. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { CHAT, inChromium, shot, violations, World } from './world.js';

inChromium('Advanced Chat Privacy in Chromium', () => {
  let world: World;
  let anna: PersonAtPage;
  let ben: PersonAtPage;

  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    ben = await world.arrive('Ben', { scheme: 'dark' });
    for (const person of [anna, ben]) {
      await person.open(CHAT);
      await person.allowAi();
    }
    // Before it is kept from AI, there is an answer to take back.
    await anna.shield('simulated');
    await anna.ask(/Summarize/);
    expect(await anna.answered()).toBe('done');
  }, 240_000);
  beforeEach(() => world.closeDialogs());
  afterAll(() => world?.close());

  it('that one turns on is seen by all and keeps all from AI, at once', async () => {
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
    await anna.page.locator('.toast').getByText('chat-protected').waitFor();
    await anna.page.keyboard.press('Escape');
    expect(world.sent(anna)).toBe(before);
    await anna.protect(false);
    await ben.sees('Anna turned Advanced Chat Privacy off');
    await ben.page.locator('.ai-bar').waitFor();
  });

  it('holds for who was offline as soon as they catch up, and what they missed is there', async () => {
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

  it('broke none of its own rules, and asked nobody but the parties', () => world.expectRulesKept());
});
