/** What the page says was verified, and what it refuses, in a real browser. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { at, CHAT, inChromium, START_MS, shot, violations, World } from './world.js';

/** Of the log's policy, keys as signed notes have them: `name+hash+key`. */
interface Ledger {
  readonly log: string;
  readonly witnesses: readonly string[];
}

inChromium('the shield in Chromium', () => {
  let world: World;
  let anna: PersonAtPage;

  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    await anna.open(CHAT);
    await anna.allowAi();
  }, START_MS);
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
    const { version } = JSON.parse(readFileSync(at('../package.json'), 'utf8')) as {
      readonly version: string;
    };
    const { log, witnesses } = world.configuration.ledger as Ledger;
    const entry = await dialog.locator('.facts > div', { hasText: 'Log entry' }).innerText();
    expect(entry).toMatch(new RegExp(`Release ${version}`));
    expect(entry).toMatch(/Entry \d+, counted from 0, of \d+ in the log/);
    for (const key of [log, ...witnesses]) expect(entry).toContain(key.split('+')[0]!);
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
    // The machine said which release it is, and that it is in the log; it does not count.
    expect(await omar.page.locator('.facts').innerText()).toContain('None that holds is known yet');
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
        const place = body.indexOf('keyConfigs') + 20;
        body.writeUInt8(body.readUInt8(place) ^ 1, place);
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
