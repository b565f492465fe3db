import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addressBecomes,
  JOURNEY_TIMEOUT,
  mapIdle,
  openBrowser,
  openPage,
  picture,
  START_TIMEOUT,
} from '../support/browser.ts';
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

const SCREENS = ['projects', 'map', 'import', 'quality', 'analysis', 'local'] as const;

describe('frame', { timeout: JOURNEY_TIMEOUT }, () => {
  it('speaks Chinese first, and English by the address', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(app.url);
    await page.getByRole('link', { name: '一张图' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(new URL(page.url()).pathname).toBe('/projects');
    // The embedded database, and that nobody signs in, are announced on every screen.
    await page.getByText('内嵌数据库').waitFor();
    await page.getByText('演示模式：未登录，数据为虚构').waitFor();

    await page.getByRole('button', { name: 'EN' }).click();
    await page.getByRole('link', { name: 'Map', exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en');
    // The language follows from screen to screen.
    await page.getByRole('link', { name: 'Import', exact: true }).click();
    await page.getByText('Drop a file here').waitFor();
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en');
    expect(trouble).toEqual([]);
    await close();
  });

  it('shows an unknown address in words', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/no/such/screen`);
    await page.getByText('没有这个页面').waitFor();
    expect(trouble).toEqual([]);
    await close();
  });

  it('says code, message and remedy when the service cannot be reached', async () => {
    const { page, close } = await openPage(browser, app.url);
    await page.route('**/api/imports', (route) => route.abort());
    await page.goto(`${app.url}/import`);
    const alert = page.getByRole('alert');
    await alert.getByText('SERVER-UNREACHABLE').waitFor();
    expect(await alert.textContent()).toContain('处理办法');
    await close();
  });

  it('remembers light or dark, taken from tokens', async () => {
    const { page, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/import`);
    await page.getByRole('button', { name: '换成深色' }).click();
    await page.reload();
    await page.getByRole('button', { name: '换成浅色' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(colour).toBe('rgb(18, 24, 21)');
    await close();
  });

  for (const language of ['zh', 'en'] as const) {
    for (const width of [1440, 390] as const) {
      it(`fits ${width} px wide in ${language}`, async () => {
        const { page, close } = await openPage(browser, app.url, { width, height: width === 390 ? 844 : 900 });
        for (const screen of SCREENS) {
          await page.goto(`${app.url}/${screen}${language === 'en' ? '?lang=en' : ''}`);
          await page.locator('h1, h2').first().waitFor();
          if (screen === 'map') await mapIdle(page);
          await page.waitForTimeout(300);
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
          expect(overflow, `${screen} is wider than the window by ${overflow} px`).toBeLessThanOrEqual(0);
          await picture(page, `frame-${screen}-${language}-${width}`);
        }
        await close();
      });
    }
  }
});

describe('county map', { timeout: JOURNEY_TIMEOUT }, () => {
  it('answers a click with the parcel, keeps it in the address, and opens the same from the link', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/map`);
    await mapIdle(page);
    const map = page.locator('.map-canvas');
    const box = (await map.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const heading = page.getByRole('heading', { name: /地类图斑 #\d+/ });
    await heading.waitFor();
    const named = await heading.textContent();
    await addressBecomes(page, (search) => search.has('parcel'));

    // The same address, in another window, is the same screen.
    const other = await openPage(browser, app.url);
    await other.page.goto(page.url());
    const again = other.page.getByRole('heading', { name: /地类图斑 #\d+/ });
    await again.waitFor();
    expect(await again.textContent()).toBe(named);
    await mapIdle(other.page);
    await picture(other.page, 'map-parcel-zh-1440');
    expect(other.trouble).toEqual([]);
    await other.close();

    // Back undoes the selection.
    await page.goBack();
    await addressBecomes(page, (search) => !search.has('parcel'));
    expect(trouble).toEqual([]);
    await close();
  });

  it('says the same as a list, by keyboard alone, in any unit without rounding again', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/map?tab=list&unit=m2`);
    const row = page.locator('.parcel-list tbody tr').first();
    await row.waitFor();
    const squareMetres = await row.locator('td.number').textContent();
    await row.focus();
    await page.keyboard.press('Enter');
    await addressBecomes(page, (search) => search.has('parcel'));
    expect(await row.getAttribute('aria-selected')).toBe('true');

    await page.getByText('亩', { exact: true }).click();
    await addressBecomes(page, (search) => search.get('unit') === 'mu');
    await page.getByText('m²', { exact: true }).first().click();
    await addressBecomes(page, (search) => search.get('unit') === 'm2');
    expect(await row.locator('td.number').textContent()).toBe(squareMetres);
    expect(trouble).toEqual([]);
    await close();
  });

  it('switches layers off in the address', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/map`);
    await mapIdle(page);
    await page.getByRole('checkbox', { name: /生态保护红线/ }).uncheck();
    await addressBecomes(page, (search) => (search.get('hide') ?? '').includes('redLine'));
    await page.reload();
    expect(await page.getByRole('checkbox', { name: /生态保护红线/ }).isChecked()).toBe(false);
    expect(trouble).toEqual([]);
    await close();
  });
});
