/** Somebody at the page: what they do and see, in their words. */
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Of an HTTP proxy that all of it goes through. */
  readonly proxy?: string;
}

/** A machine that does other things, too, answers in its own time. */
const PATIENCE_MS = 60_000;

export class PersonAtPage {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page should not have said. */
  readonly complaints: string[] = [];
  /** Every address that was asked. */
  readonly asked: string[] = [];

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.context = context;
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (line) => {
      if (/content security policy|trusted/i.test(line.text())) this.complaints.push(line.text());
    });
    context.on('request', (request) => this.asked.push(request.url()));
  }

  /** Signs in, in a profile of their own. `before` may put something between the page and the network. */
  static async at(
    browser: Browser,
    url: string,
    name: string,
    { width = 1200, height = 800, scheme = 'light', proxy }: Look = {},
    before: (context: BrowserContext) => Promise<void> = async () => undefined,
  ): Promise<PersonAtPage> {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      ...(proxy === undefined ? {} : { proxy: { server: proxy } }),
    });
    await before(context);
    const page = await context.newPage();
    const person = new PersonAtPage(name, context, page);
    await page.goto(url);
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('navigation', { name: 'Chats' }).waitFor();
    return person;
  }

  async open(chat: string): Promise<void> {
    await this.page.locator('.chat-row', { hasText: chat }).click();
    await this.page.getByRole('main', { name: chat }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Message to/ }).fill(text);
    await this.page.keyboard.press('Enter');
    await this.sees(text);
  }

  async sees(text: string): Promise<void> {
    await this.page.locator('.timeline').getByText(text, { exact: false }).last().waitFor();
  }

  async allowAi(): Promise<void> {
    await this.page.locator('.offer').click();
    await this.page.getByRole('button', { name: 'Turn on for this chat' }).click();
    await this.page.locator('.ai-bar').waitFor();
  }

  /** Presses one of the AI's buttons. */
  async ask(button: string | RegExp): Promise<void> {
    // An earlier answer would be taken for this one's.
    const close = this.page.getByRole('button', { name: 'Close the AI’s answer' });
    if (await close.isVisible()) await close.click();
    await this.page.locator('.ai-bar').getByRole('button', { name: button }).click();
    await this.page.locator('.ai').waitFor();
  }

  /** Waits for the end of an answer. @returns how it ended */
  async answered(): Promise<'done' | 'failed' | 'stopped'> {
    await this.page.locator('.ai.done, .ai.failed, .ai.stopped').waitFor();
    const classes = (await this.page.locator('.ai').getAttribute('class')) ?? '';
    return (['done', 'failed', 'stopped'] as const).find((state) => classes.includes(state))!;
  }

  /** Asks again after an answer that was stopped or failed, and waits until that one is no longer shown. */
  async tryAgain(): Promise<void> {
    await this.page.getByRole('button', { name: 'Try again' }).click();
    await this.page.locator('.ai.stopped, .ai.failed').waitFor({ state: 'detached' });
  }

  async protect(on: boolean): Promise<void> {
    const { page } = this;
    await page.locator('.chat-head .privacy').click();
    await page.getByRole('switch', { name: 'Advanced Chat Privacy' }).click();
    await page.locator(`[role=switch][aria-labelledby=acp][aria-checked=${on}]`).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }

  async draft(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Message to/ }).fill(text);
  }

  shield(state: string): Promise<void> {
    return this.page.locator(`.shield-bar.${state}`).waitFor();
  }
}
