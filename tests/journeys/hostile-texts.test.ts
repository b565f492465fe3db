import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { JOURNEY_TIMEOUT, openBrowser, START_TIMEOUT } from '../support/browser.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

let app: WebApp;
let browser: Browser;
beforeAll(async () => {
  app = await startWebApp({ parcels: 400, seed: 5 });
  browser = await openBrowser();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

/** Names of fields that lead the program and never hold free text: identifiers, codes, states. */
const LEADING =
  /id$|^id|hash|code$|^state$|^role$|^kind$|^mode$|at$|asOf|^level$|^type$|^severity$|^rule$|^database$|^version$|lonLat|^table$|^row$|^column$|^key$|^field$|^epsg$|^crs$/i;

/** The reply with a hostile text before every free text in it: names, titles, files, attributes, messages, phases. */
function poisoned(value: unknown, next: () => string, key = ''): unknown {
  if (typeof value === 'string') return LEADING.test(key) ? value : `${next()} ${value}`;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, next, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, next, name)]));
}

/** Elements a hostile text became, and scripts it ran. Told to the page before anything of ours runs. */
const WATCH = `
  window.hostileCalls = [];
  window.hostile = (number) => window.hostileCalls.push(number);
  document.addEventListener('securitypolicyviolation', (event) => window.hostileCalls.push(event.violatedDirective + ' ' + event.blockedURI));
`;
const BECAME = `JSON.stringify({
  calls: window.hostileCalls,
  elements: [...document.querySelectorAll('[data-hostile],[onerror],[onload],[onclick],[ontoggle],[onfocus],[onmouseover],iframe,object,embed,base,a[href^="javascript" i],form[action^="javascript" i],meta[http-equiv=refresh]')].map((one) => one.outerHTML.slice(0, 200)),
})`;

describe('hostile texts', { timeout: JOURNEY_TIMEOUT }, () => {
  it('are at least 300, each different', () => {
    expect(new Set(HOSTILE_TEXTS).size).toBeGreaterThanOrEqual(300);
  });

  // Once as it is, and once with the content security policy taken away, so that escaping alone must hold.
  it.each([false, true])(
    'in every field of every reply stay texts on every screen (policy taken away: %s)',
    async (bypassCSP) => {
      const context = await browser.newContext({ bypassCSP, viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await page.addInitScript(WATCH);
      let used = 0;
      // Forty at a time: each field is tried with an eighth of them on each visit.
      const next = (): string =>
        Array.from({ length: 40 }, () => HOSTILE_TEXTS[used++ % HOSTILE_TEXTS.length]).join(' ');
      await page.route('**/api/**', async (asked: Route) => {
        const response = await asked.fetch();
        if (!(response.headers()['content-type'] ?? '').startsWith('application/json') || !response.ok())
          return asked.fulfill({ response });
        const body: unknown = await response.json();
        // Who is asked leads the program; everything said about things is text.
        const json = /\/api\/(session|status)$/.test(new URL(asked.request().url()).pathname)
          ? body
          : poisoned(body, next);
        return asked.fulfill({ response, json });
      });
      const project = ((await (await fetch(`${app.url}/api/projects`)).json()) as { projectId: string }[])[0]!;
      let shown = 0;
      const look = async (path: string, more: (page: Page) => Promise<void> = async () => {}): Promise<void> => {
        await page.goto(app.url + path);
        await page.waitForLoadState('networkidle');
        await more(page);
        shown += ((await page.locator('body').textContent()) ?? '').split('hostile(').length - 1;
        expect(JSON.parse(await page.evaluate<string>(BECAME)), path).toEqual({ calls: [], elements: [] });
      };
      await look('/projects');
      await look(`/projects/${project.projectId}`);
      await look(`/projects/${project.projectId}/analysis`);
      await look('/analysis');
      await look('/import');
      await look('/quality');
      await look('/map?county=990101', async (at) => {
        await at.mouse.click(700, 450);
        await at.waitForLoadState('networkidle');
      });
      expect(dialogs).toEqual([]);
      expect(used).toBeGreaterThanOrEqual(3 * HOSTILE_TEXTS.length);
      // They were there to be seen, not left away.
      expect(shown).toBeGreaterThan(500);
      await context.close();
    },
  );
});

describe('the built pages', () => {
  it('hold no inline script, handler or style element, and the sources set no markup', () => {
    const html = readFileSync(join(PROJECT_ROOT, 'dist', 'web', 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/i);
    expect(html).not.toMatch(/\son\w+=/i);
    expect(html).not.toMatch(/javascript:/i);
    const sources = (readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true }) as string[]).filter(
      (path) => /\.(tsx|ts|html)$/.test(path) && !path.includes('.test.'),
    );
    const setting = sources.filter((path) =>
      /dangerouslySetInnerHTML|\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|srcdoc|\bnew Function\(|setHTML/.test(
        readFileSync(join(PROJECT_ROOT, 'src', path), 'utf8'),
      ),
    );
    expect(setting).toEqual([]);
  });
});
