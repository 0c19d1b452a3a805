/** What the page says was verified, and what it refuses, in a real browser. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { CHAT, inChromium, shot, violations, World } from './world.js';

inChromium('the shield in Chromium', () => {
  let world: World;
  let anna: PersonAtPage;

  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    await anna.open(CHAT);
    await anna.allowAi();
  }, 240_000);
  beforeEach(() => world.closeDialogs());
  afterAll(() => world?.close());

  it('shows what was verified, and what each party saw', async () => {
    await anna.shield('simulated');
    await anna.draft('She go to school every day');
    await anna.ask('Proofread');
    expect(await anna.answered()).toBe('done');
    await anna.page.locator('.shield-bar').click();
    const dialog = anna.page.getByRole('dialog', { name: 'What is verified' });
    await dialog.waitFor();
    const text = await dialog.innerText();
    expect(text).toContain('AMD SEV-SNP');
    expect(text).toContain(world.configuration.measurement);
    expect(text).toMatch(/(\d+) of \1 checks passed/);
    await dialog.locator('.seen').first().waitFor();
    expect(await dialog.innerText()).toMatch(/Relay sees[\s\S]*Gateway sees[\s\S]*PrivateToken/);
    await shot(anna, 'verified-light');
    expect(await violations(anna)).toEqual([]);
  });

  it('is red for evidence that is not of the accepted software, and nothing is sent', async () => {
    const omar = await world.arrive('Omar', { scheme: 'dark' }, async (context) => {
      await context.route('**/api/configuration', async (route) => {
        const answer = (await (await route.fetch()).json()) as object;
        await route.fulfill({ json: { ...answer, measurement: 'ab'.repeat(48) } });
      });
    });
    await omar.shield('refused');
    await omar.open(CHAT);
    await omar.allowAi();
    await omar.sees('coming?');
    await omar.ask(/Summarize/);
    expect(await omar.answered()).toBe('failed');
    expect(await omar.page.locator('.ai .trouble').innerText()).toMatch(
      /could not prove what it runs. Nothing was sent.*attestation-failed: policy-measurement/s,
    );
    await omar.page.locator('.shield-bar').click();
    await omar.page.locator('.checks .failed').waitFor();
    await shot(omar, 'refused-dark');
    expect(await violations(omar)).toEqual([]);
    await omar.context.close();
  });

  it('is red for a key that is not in the log for everybody', async () => {
    const { keySources } = world.configuration;
    const chloe = await world.arrive('Chloé', {}, async (context) => {
      await context.route(`${keySources[0]}/proof`, async (route) => {
        const response = await route.fetch();
        const body = Buffer.from(await response.body());
        const at = body.indexOf('keyConfigs') + 20;
        body.writeUInt8(body.readUInt8(at) ^ 1, at);
        await route.fulfill({ response, body });
      });
    });
    await chloe.shield('refused');
    await chloe.page.locator('.shield-bar').click();
    await chloe.page.getByText('ledger-refused').first().waitFor();
    await chloe.context.close();
  });

  it('broke none of its own rules, and asked nobody but the parties', () => world.expectRulesKept());
});
