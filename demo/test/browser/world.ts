/** The chat with all its parties, and people at its page, for the tests of one file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BROWSER, hasBrowser, openBrowser } from '../../check/browser.js';
import { type Look, PersonAtPage } from '../../check/person.js';
import type { Configuration } from '../../server/parties.js';

/** The chat that everybody is put into. */
export const CHAT = 'Weekend at the lake';

/** How long all of it may take to start on a machine that does other things, too, in milliseconds. */
export const START_MS = 600_000;

/** A path in `demo/`. */
export const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SHOTS = at('screenshots/');
const AXE = readFileSync(at('node_modules/axe-core/axe.min.js'), 'utf8');

/** Tests in a browser; reported as not run where there is none. */
export function inChromium(name: string, tests: () => void): void {
  if (hasBrowser()) describe(name, { timeout: 240_000 }, tests);
  else describe(name, () => it.skip(`NOT RUN: there is no ${BROWSER}; install Debian's chromium`));
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What is not accessible, a line for each, so that a failure says what to mend. */
export async function violations({ page }: Pick<PersonAtPage, 'page'>): Promise<readonly string[]> {
  // The protocol's own evaluation: the page's policy lets no script in, and it should not.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResult>(
    '(async () => { const { violations } = await axe.run(document, { resultTypes: ["violations"] }); return { violations }; })()',
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`),
  );
}

export const shot = ({ page }: Pick<PersonAtPage, 'page'>, name: string): Promise<Buffer> =>
  page.screenshot({ path: `${SHOTS}${name}.png` });

export class World {
  readonly url: string;
  readonly browser: Browser;
  readonly configuration: Configuration;
  readonly #server: ChildProcess;
  readonly #everybody: PersonAtPage[] = [];

  private constructor(url: string, browser: Browser, configuration: Configuration, server: ChildProcess) {
    this.url = url;
    this.browser = browser;
    this.configuration = configuration;
    this.#server = server;
  }

  static async start(): Promise<World> {
    mkdirSync(SHOTS, { recursive: true });
    const server = spawn(process.execPath, [at('dist/node/server/main.js'), '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let url = '';
    for await (const line of createInterface({ input: server.stdout! })) {
      url = /^The chat is at (\S+)$/.exec(line)?.[1] ?? '';
      if (url) break;
    }
    server.stdout!.resume();
    const configuration = (await (await fetch(`${url}/api/configuration`)).json()) as Configuration;
    return new World(url, await openBrowser(), configuration, server);
  }

  /** @param before may put something between the page and the network */
  async arrive(
    name: string,
    look?: Look,
    before?: (context: BrowserContext) => Promise<void>,
  ): Promise<PersonAtPage> {
    const person = await PersonAtPage.at(this.browser, this.url, name, look, before);
    this.#everybody.push(person);
    return person;
  }

  /** A dialog that a failed test left open would fail the next ones as well. */
  async closeDialogs(): Promise<void> {
    for (const { page } of this.#everybody) if (!page.isClosed()) await page.keyboard.press('Escape');
  }

  /** Requests to the relay so far: what private AI sends goes there and nowhere else. */
  sent({ asked }: PersonAtPage): number {
    return asked.filter((one) => one.startsWith(this.configuration.relay)).length;
  }

  /** That no page broke its own rules, or asked anybody but the parties. */
  expectRulesKept(): void {
    const { relay, keySources, issuer } = this.configuration;
    const parties = [this.url, relay, ...keySources, issuer.url].map((one) => new URL(one).origin);
    expect(this.#everybody.length).toBeGreaterThan(0);
    for (const { complaints, asked } of this.#everybody) {
      expect(complaints).toEqual([]);
      const others = asked.map((one) => new URL(one).origin).filter((one) => !parties.includes(one));
      expect(others.filter((one) => !one.startsWith('blob:') && one !== 'null')).toEqual([]);
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.#server.kill('SIGTERM');
    if (this.#server.exitCode === null) await once(this.#server, 'exit');
  }
}
