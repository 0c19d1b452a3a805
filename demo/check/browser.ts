/** A headless browser: Debian's, because nothing is downloaded here. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export const BROWSER = '/usr/bin/chromium';
export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasBrowser = (): boolean => existsSync(BROWSER);

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: BROWSER, args: BROWSER_FLAGS });
