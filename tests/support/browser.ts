import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';

/** Starting the product and a browser, and a journey through it, on a machine that is busy with other tests. */
export const START_TIMEOUT = 300_000;
export const JOURNEY_TIMEOUT = 480_000;

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium without a window, silent on the network. */
export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = PROGRAMS.find((path) => existsSync(path));
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  });
}

/** A page and what went wrong on it: script errors, failed or outside requests. A journey ends with it empty. */
export interface WatchedPage {
  readonly page: Page;
  readonly trouble: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  url: string,
  size: { readonly width: number; readonly height: number } = { width: 1440, height: 900 },
  scheme: 'light' | 'dark' = 'light',
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !address.startsWith('data:') && !address.startsWith('blob:')) {
      trouble.push(`outside: ${address}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`);
  });
  return { page, trouble, close: () => context.close() };
}

/** Waits until the map has drawn everything it has. */
export async function mapIdle(page: Page): Promise<void> {
  await page.waitForSelector('[data-map-state=idle]', { timeout: 60_000 });
}

const OUTPUT = join(PROJECT_ROOT, 'tests', 'output');

/** A picture for people to look at: tests/output/NAME.png. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
}

/**
 * Waits until the address of the page is as it should be. Asked from here, not by a script in the page: the page's content
 * security policy forbids evaluating text, as it must.
 */
export async function addressBecomes(page: Page, isSo: (search: URLSearchParams) => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !isSo(new URL(page.url()).searchParams); ) {
    if (Date.now() > end) throw new Error(`the address stays ${page.url()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
