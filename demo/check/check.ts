/** `npm run chat -- --check`: two people, a summary, protection, in a headless browser. */
import { BROWSER, hasBrowser, openBrowser } from './browser.js';
import { PersonAtPage } from './person.js';

const CHAT = 'Weekend at the lake';
const say = (text: string): void => void process.stdout.write(`  ok  ${text}\n`);

/** @returns the exit code */
export async function check(url: string): Promise<number> {
  if (!hasBrowser()) {
    process.stderr.write(`error: the check needs a browser at ${BROWSER}: install Debian's chromium.\n`);
    return 1;
  }
  const browser = await openBrowser();
  try {
    const anna = await PersonAtPage.at(browser, url, 'Anna');
    await anna.open(CHAT);
    await anna.sees('whether you are coming');
    say('Anna joined a chat by MLS and reads it');
    const ben = await PersonAtPage.at(browser, url, 'Ben');
    await ben.open(CHAT);
    await anna.say('Hello Ben');
    await ben.sees('Hello Ben');
    say('Ben, in a profile of his own, gets what she writes');
    await anna.shield('simulated');
    await anna.allowAi();
    await anna.ask(/Summarize/);
    if ((await anna.answered()) !== 'done') throw new Error(await anna.page.locator('.ai').innerText());
    say('a summary came through relay, gateway and a verified machine');
    await ben.protect(true);
    await anna.sees('Ben turned Advanced Chat Privacy on');
    await anna.page.getByText('Not available while Advanced Chat Privacy is on').waitFor();
    say('Ben turned Advanced Chat Privacy on: Anna sees it, and her app refuses AI');
    const complaints = [...anna.complaints, ...ben.complaints];
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return 0;
  } catch (error) {
    process.stderr.write(`FAIL ${(error as Error).message}\n`);
    return 1;
  } finally {
    await browser.close();
  }
}
