/** The verifier and the SDK in a real browser: the same verdicts as in Node, and a session with a real server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hexToBytes } from '@noble/hashes/utils.js';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifySession } from '../../attestation/index.js';
import { BROWSER, BROWSER_FLAGS, hasBrowser } from '../../demo/check/browser.js';
import { encodeBundle, parseBundle } from '../../ledger/index.js';
import { decodeSessionAnswer, encodeSessionAnswer } from '../../wire/index.js';
import { MAIN } from '../cli/fixture.js';
import { genesisEntry, idOf, NOW, release, signed, simulatedRelease, World } from '../ledger/fixture.js';
import { CHAT } from '../server/fixture.js';
import { type Case, mutationsOf, realCases, simulatedCases } from './cases.js';
import { fromJson, toJson } from './json.js';
import type { Doors, LedgerCase } from './page.js';
import { type Bundle, bundlePage, type Site, serveSite } from './site.js';

const MUTATIONS = 40;

declare const sotto: Doors;

if (!hasBrowser()) {
  describe('in Chromium', () => it.skip(`NOT RUN: there is no ${BROWSER}; install Debian's chromium`));
} else {
  describe('in Chromium', () => {
    let folder: string;
    let bundled: Bundle;
    let server: ChildProcess;
    let profile: { readonly measurement: string };
    let site: Site;
    let browser: BrowserContext;
    let page: Page;
    const asked: string[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sotto-browser-'));
      const file = join(folder, 'local.json');
      server = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--profile', file], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
      profile = JSON.parse(readFileSync(file, 'utf8'));
      bundled = await bundlePage();
      site = await serveSite(bundled.code, line.replace('Listening on ', ''));
      browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
        executablePath: BROWSER,
        args: BROWSER_FLAGS,
      });
      page = await browser.newPage();
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(site.url);
      await page.waitForFunction(() => 'sotto' in globalThis);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
      server.kill('SIGTERM');
      await once(server, 'exit');
      rmSync(folder, { recursive: true });
    });

    /** Judges in both places and compares, byte for byte. @returns how many verdicts were good */
    async function compare(cases: readonly Case[]): Promise<number> {
      let good = 0;
      for (let from = 0; from < cases.length; from += 20) {
        const some = cases.slice(from, from + 20);
        const sessions = some.map(({ session }) => toJson(session));
        const there = await page.evaluate((given) => sotto.verify(given), sessions);
        for (const [i, { name, session }] of some.entries()) {
          const here = await verifySession(session);
          if (here.ok) good += 1;
          expect({ name, verdict: there[i] }).toEqual({ name, verdict: toJson(here) });
        }
      }
      return good;
    }

    it('the bundle is whole: it asks for no module', () => {
      expect(bundled.imports).toEqual([]);
      expect(bundled.code).not.toMatch(/\bBuffer\b|"node:|process\./);
    });

    it('verdicts on all real evidence are those of Node', async () => {
      const cases = await realCases();
      expect(cases).toHaveLength(4);
      await compare(cases);
    });

    it('verdicts on machines that never were are those of Node: all good', async () => {
      const cases = await simulatedCases();
      expect(await compare(cases)).toBe(cases.length);
    });

    it('verdicts on changes of each of them are those of Node: none good', async () => {
      const cases = [...(await realCases()), ...(await simulatedCases())];
      const changed = (await Promise.all(cases.map((one) => mutationsOf(one, MUTATIONS)))).flat();
      expect(await compare(changed)).toBe(0);
      console.log(
        `${browser.browser()?.version() ?? 'Chromium'}: ${cases.length} sessions and ${changed.length} mutations, ` +
          `the verdicts of Node; bundle of ${(bundled.code.length / 1024).toFixed(0)} KiB`,
      );
    });

    it('a session with a real server is verified, sealed with X-Wing and answered in a stream', async () => {
      const options = toJson({
        policy: { measurements: [hexToBytes(profile.measurement)] },
        roots: { simulated: 'sotto-simulated' },
      });
      const told = await page.evaluate(([given, messages]) => sotto.summarize(given, messages), [
        options,
        CHAT.messages.map(({ sender, text }) => ({ sender, text })),
      ] as const);
      expect(fromJson(told.verdict)).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp' });
      expect(told.last).toBe('done');
      expect(told.pieces.length).toBeGreaterThan(1);
      expect(told.pieces.join('')).toMatch(/\w/);
    });

    it('a server of another measurement gets nothing', async () => {
      const options = toJson({
        policy: { measurements: [new Uint8Array(48)] },
        roots: { simulated: 'sotto-simulated' },
      });
      const before = asked.length;
      const said = await page.evaluate((given) => sotto.refusal(given), options);
      expect(said).toBe('attestation-failed policy-measurement');
      expect(asked.slice(before)).toEqual([`${site.url}/v1/sessions`]);
    });

    it('a server of the release that a log shows is answered to, and one that shows no proof gets nothing', async () => {
      const world = await World.start();
      // The fixture's witnesses have a clock of their own, and the server's evidence is of now.
      const ledger = { ...world.policy, freshnessSeconds: 100 * 365 * 86_400 };
      const { measurement } = profile;
      const releaseProof = await world.bundle(signed(simulatedRelease('1.0.0', measurement), 'ada', 'mary'));
      const logged = toJson({
        policy: { measurements: 'logged' },
        roots: { simulated: 'sotto-simulated' },
        ledger,
      });
      const refusal = () => page.evaluate((given) => sotto.refusal(given), logged);
      expect(await refusal()).toBe('ledger-refused bundle-missing');
      await page.route('**/v1/sessions', async (route) => {
        const response = await route.fetch();
        const answer = decodeSessionAnswer(await response.body());
        await route.fulfill({
          response,
          body: Buffer.from(encodeSessionAnswer({ ...answer, releaseProof })),
        });
      });
      expect(await refusal()).toBe('connected');
      await page.unroute('**/v1/sessions');
    });

    it('a proof of the log is accepted, and refused with its code when anything of it is changed', async () => {
      const world = await World.start();
      const entry = signed(release('1.0.0'), 'ada', 'mary');
      const bundle = await world.bundle(entry);
      const judged = (change: Partial<LedgerCase>) => {
        const given: LedgerCase = { bundle, policy: world.policy, now: new Date(NOW), ...change };
        return page.evaluate((json) => sotto.ledger(json), toJson(given));
      };
      expect(await judged({})).toBe(`1 ${idOf(entry)}`);
      const { proof, ...rest } = parseBundle(bundle);
      const parts = { ...rest, entry: rest.entryBytes, state: rest.stateBytes, proof };
      const keySets = [genesisEntry()];
      const other = encodeBundle({ ...parts, keySets, entry: signed(release('6.6.6'), 'ada', 'mary') });
      expect(await judged({ bundle: other })).toBe('proof-inclusion');
      expect(await judged({ bundle: bundle.slice(0, -1) })).toBe('bundle-malformed');
      expect(await judged({ policy: { ...world.policy, quorum: 3 } })).toBe('policy-quorum');
      expect(await judged({ now: new Date(NOW + 3_601_000) })).toBe('checkpoint-stale');
    });

    it('the page has talked to nobody else', () => {
      expect(asked.length).toBeGreaterThan(4);
      expect(asked.filter((url) => !url.startsWith(`${site.url}/`))).toEqual([]);
    });
  });
}
