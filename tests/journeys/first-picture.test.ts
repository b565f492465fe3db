import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOURNEY_TIMEOUT, openBrowser, openPage, picture, START_TIMEOUT } from '../support/browser.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

let app: WebApp;
let browser: Browser;
beforeAll(async () => {
  app = await startWebApp({ parcels: 1500, seed: 11 });
  browser = await openBrowser();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

/** What the first picture may cost on the line, packed: measured about 750 kB, with room for a fix but not for one more library. */
const CODE_BYTES = 1_000_000;

describe('first picture of the map', { timeout: JOURNEY_TIMEOUT }, () => {
  for (const language of ['zh', 'en'] as const) {
    it(`asks for code and data side by side, each once, packed (${language})`, async () => {
      const { page, trouble, close } = await openPage(browser, app.url);
      const asked: string[] = [];
      let bytes = 0;
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      page.on('response', (response) => {
        if (/\.m?js$/.test(new URL(response.url()).pathname)) bytes += Number(response.headers()['content-length']);
      });
      const isAsked = (pattern: RegExp): boolean => asked.some((path) => pattern.test(path));
      // The component library comes only after the layers and the map's code were asked for: were one to wait for the
      // other, this page would never be drawn.
      await page.route('**/assets/antd-*.js', async (route) => {
        while (!isAsked(/^\/api\/layers$/) || !isAsked(/maplibre-.*\.js$/)) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await route.continue();
      });
      await page.goto(`${app.url}/map${language === 'en' ? '?lang=en' : ''}`, { waitUntil: 'commit' });
      await page.waitForSelector('[data-map-picture=drawn]');
      for (const path of ['/api/status', '/api/divisions', '/api/layers']) {
        expect(asked.filter((each) => each === path)).toEqual([path]);
      }
      expect(bytes).toBeGreaterThan(300_000);
      expect(bytes).toBeLessThan(CODE_BYTES);
      await picture(page, `first-picture-${language}`);
      expect(trouble).toEqual([]);
      await close();
    });
  }
});
