/** The chat in a real browser, with all parties running: what people see and do, and what is refused. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BROWSER, hasBrowser, openBrowser } from '../../check/browser.js';
import { type Look, PersonAtPage } from '../../check/person.js';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SHOTS = at('screenshots/');
const AXE = readFileSync(at('node_modules/axe-core/axe.min.js'), 'utf8');
const CHAT = 'Weekend at the lake';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Each as a line, so that a failure says what to mend. */
async function violations({ page }: PersonAtPage): Promise<readonly string[]> {
  // The protocol's own evaluation: the page's policy lets no script in, and it should not.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResult>(
    '(async () => { const { violations } = await axe.run(document, { resultTypes: ["violations"] }); return { violations }; })()',
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`),
  );
}

if (!hasBrowser()) {
  describe('the chat in Chromium', () =>
    it.skip(`NOT RUN: there is no ${BROWSER}; install Debian's chromium`));
} else {
  describe('the chat in Chromium', { timeout: 240_000 }, () => {
    let server: ChildProcess;
    let url = '';
    let browser: Browser;
    let anna: PersonAtPage;
    let ben: PersonAtPage;
    const everybody: PersonAtPage[] = [];

    const arrive = async (name: string, look?: Look, before?: (context: BrowserContext) => Promise<void>) => {
      const person = await PersonAtPage.at(browser, url, name, look, before);
      everybody.push(person);
      return person;
    };
    const shot = ({ page }: PersonAtPage, name: string) => page.screenshot({ path: `${SHOTS}${name}.png` });
    const leave = ({ context }: PersonAtPage) => context.close();
    /** Requests to the relay so far: what private AI sends goes there and nowhere else. */
    const sent = ({ asked }: PersonAtPage, relay: string) =>
      asked.filter((one) => one.startsWith(relay)).length;
    const configuration = async () =>
      (await (await fetch(`${url}/api/configuration`)).json()) as {
        readonly relay: string;
        readonly keySources: readonly string[];
        readonly issuer: { readonly url: string };
        readonly measurement: string;
      };

    beforeAll(async () => {
      mkdirSync(SHOTS, { recursive: true });
      server = spawn(process.execPath, [at('dist/node/server/main.js'), '--port', '0'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      for await (const line of createInterface({ input: server.stdout! })) {
        url = /^The chat is at (\S+)$/.exec(line)?.[1] ?? '';
        if (url) break;
      }
      server.stdout!.resume();
      browser = await openBrowser();
      anna = await arrive('Anna');
      await anna.open(CHAT);
      await anna.sees('whether you are coming');
    }, 240_000);
    /** A dialog that a failed test left open would fail the next ones as well. */
    beforeEach(async () => {
      for (const { page } of everybody) if (!page.isClosed()) await page.keyboard.press('Escape');
    });
    afterAll(async () => {
      await browser?.close();
      server?.kill('SIGTERM');
      if (server && server.exitCode === null) await once(server, 'exit');
    });

    it('somebody who signs in is in a chat, and another one too', async () => {
      await shot(anna, 'chat-light');
      ben = await arrive('Ben', { scheme: 'dark' });
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

    it('says in plain words that the connection broke, keeps what was there, and tries again', async () => {
      const { relay } = await configuration();
      await anna.draft('this stays here');
      await anna.context.route(`${relay}**`, (route) => route.abort());
      await anna.ask('Proofread');
      // One session was held ready: its request is what does not get through.
      expect(await anna.answered()).toBe('failed');
      expect(await anna.page.locator('.ai .trouble').innerText()).toMatch(
        /cannot be reached|connection broke/,
      );
      expect(await anna.page.getByRole('textbox', { name: /^Message to/ }).inputValue()).toBe(
        'this stays here',
      );
      await shot(anna, 'broken-light');
      await anna.context.unroute(`${relay}**`);
      await anna.tryAgain();
      await anna.page.locator('.ai.done').waitFor();
      await anna.draft('');
    });

    it('shows what was verified, and what each party saw', async () => {
      await anna.page.locator('.shield-bar').click();
      const dialog = anna.page.getByRole('dialog', { name: 'What is verified' });
      await dialog.waitFor();
      const { measurement } = await configuration();
      const text = await dialog.innerText();
      expect(text).toContain('AMD SEV-SNP');
      expect(text).toContain(measurement);
      expect(text).toMatch(/(\d+) of \1 checks passed/);
      await dialog.locator('.seen').first().waitFor();
      expect(await dialog.innerText()).toMatch(/Relay sees[\s\S]*Gateway sees[\s\S]*PrivateToken/);
      await shot(anna, 'verified-light');
      expect(await violations(anna)).toEqual([]);
      await anna.page.keyboard.press('Escape');
    });

    it('protection that one turns on is seen by all and keeps all from AI, at once', async () => {
      const { relay } = await configuration();
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
      const before = sent(anna, relay);
      await anna.page.getByRole('button', { name: /^Details of/ }).click();
      await shot(anna, 'details-light');
      await anna.page.getByRole('button', { name: 'Export the chat' }).click();
      await anna.page.locator('.toast').getByText('chat-protected').waitFor();
      await anna.page.keyboard.press('Escape');
      expect(sent(anna, relay)).toBe(before);
      await anna.protect(false);
      await ben.sees('Anna turned Advanced Chat Privacy off');
      await ben.page.locator('.ai-bar').waitFor();
    });

    it('who was offline catches up, protection included, and what they wrote is sent then', async () => {
      await ben.context.setOffline(true);
      await ben.page.reload().catch(() => undefined);
      await anna.say('While Ben is away');
      await anna.protect(true);
      await ben.context.setOffline(false);
      await ben.page.goto(url);
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

    it('evidence that is not of the accepted software is refused, the shield is red, and nothing is sent', async () => {
      const omar = await arrive('Omar', { scheme: 'dark' }, async (context) => {
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
      await leave(omar);
    });

    it('a key that is not in the log for everybody is refused', async () => {
      const { keySources } = await configuration();
      const chloe = await arrive('Chloé', {}, async (context) => {
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
      await leave(chloe);
    });

    it('fits a phone, in both schemes, and can be used with the keyboard alone', async () => {
      const phone = anna;
      await phone.page.setViewportSize({ width: 390, height: 780 });
      await phone.page.getByRole('button', { name: 'All chats' }).click();
      await shot(phone, 'phone-list-light');
      expect(await violations(phone)).toEqual([]);
      await phone.page.locator('.chat-row').focus();
      await phone.page.keyboard.press('Enter');
      await phone.page.getByRole('main', { name: CHAT }).waitFor();
      await phone.sees('and then a normal one');
      await shot(phone, 'phone-chat-light');
      const wide = await phone.page.evaluate('document.documentElement.scrollWidth');
      expect(wide).toBe(390);
      expect(await violations(phone)).toEqual([]);
      await phone.page.emulateMedia({ colorScheme: 'dark' });
      await shot(phone, 'phone-chat-dark');
      expect(await violations(phone)).toEqual([]);
    });

    it('a second window of the same person waits for the first', async () => {
      const second = await anna.context.newPage();
      await second.goto(url);
      await second.getByRole('button', { name: 'Anna', exact: true }).click();
      await second.getByText('Open in another window').waitFor();
      await second.close();
    });

    it('the web app of docs/sdk.md works as it stands there', async () => {
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

    it('the page broke none of its own rules, and asked nobody but the parties', async () => {
      const { relay, keySources, issuer } = await configuration();
      const parties = [url, relay, ...keySources, issuer.url].map((one) => new URL(one).origin);
      for (const person of everybody) {
        expect(person.complaints).toEqual([]);
        const others = person.asked.map((one) => new URL(one).origin).filter((one) => !parties.includes(one));
        expect(others.filter((one) => !one.startsWith('blob:') && one !== 'null')).toEqual([]);
      }
      const response = await fetch(url);
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(await response.text()).not.toMatch(/<script(?![^>]*src=)|style=|https?:/);
    });
  });
}
