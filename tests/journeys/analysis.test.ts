import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectView } from '../../src/modules/projects/views.ts';
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

interface Collection {
  readonly type: 'FeatureCollection';
  readonly features: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
}

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

/** The demo's own plan as somebody would hand it in: a zip with one GeoJSON file a layer. */
async function planZip(): Promise<Buffer> {
  const [project] = (await (await fetch(`${app.url}/api/projects`)).json()) as ProjectView[];
  const plan = (await (await fetch(`${app.url}/api/projects/${project!.projectId}/plan.geojson`)).json()) as Collection;
  const files: Record<string, Uint8Array> = {};
  for (const layer of ['project', 'plots', 'basicFarmlandChange', 'alternatives']) {
    const features = plan.features.filter((feature) => feature.properties['layer'] === layer);
    if (features.length === 0) continue;
    files[`${layer}.geojson`] = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }));
  }
  return Buffer.from(zipSync(files));
}

const hundredths = (text: string): number => Math.round(Number(text.replace(/,/g, '')) * 100);

describe('analysis', { timeout: JOURNEY_TIMEOUT }, () => {
  it('takes a plan in, runs it, and links tables, findings and map both ways', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/projects?unit=m2`);
    await page.getByRole('button', { name: '上传方案' }).click();
    await page.setInputFiles('input[type=file]', {
      name: 'plan.zip',
      mimeType: 'application/zip',
      buffer: await planZip(),
    });
    await page.waitForURL(/\/projects\/[0-9a-f-]{36}/, { timeout: 120_000 });
    await page.locator('.split-list tbody tr').first().waitFor();
    await mapIdle(page);
    await picture(page, 'project-zh-1440');

    await page.getByRole('link', { name: '分析此项目' }).click();
    await page.locator('.pack-select').click();
    await page.locator('.ant-select-dropdown').getByText(/钦州/).click();
    await page.getByRole('button', { name: '运行分析' }).click();
    await page.locator('.findings').waitFor({ timeout: 120_000 });

    // Each verdict occurs in the demo, and the counts are those of the list.
    for (const verdict of ['fail', 'person', 'pass']) {
      const button = page.locator(`.verdict-count.verdict-${verdict}`);
      const count = Number(await button.locator('strong').textContent());
      expect(count, verdict).toBeGreaterThan(0);
      await button.click();
      await addressBecomes(page, (search) => search.get('verdict') === verdict);
      expect(await page.locator('.finding').count(), verdict).toBe(count);
      await button.click();
      await addressBecomes(page, (search) => !search.has('verdict'));
    }

    // A finding opens with the words of its clause.
    const failed = page.locator('.finding.verdict-fail').first();
    await failed.locator('.finding-head').click();
    expect((await failed.locator('blockquote').first().textContent())?.trim().length).toBeGreaterThan(5);
    await mapIdle(page);
    await picture(page, 'analysis-finding-zh-1440');

    // Its parcels are named; each of them names the finding again.
    const title = (await failed.locator('.finding-title').textContent())!;
    await failed.locator('.chip', { hasText: '#' }).first().click();
    const back = page.locator('.where-used .link-row:has(.mark-fail)');
    await back.first().waitFor();
    const names = await back.allTextContents();
    expect(names.some((name) => title.startsWith(name.replace('不符合', '').trim()))).toBe(true);

    // A figure is made of parcels, and they add up to it.
    await page.getByRole('tab', { name: /平衡表/ }).click();
    const cells = page.locator('.cell-button');
    await cells.first().waitFor();
    await cells.nth((await cells.count()) - 2).click();
    await addressBecomes(page, (search) => search.has('column'));
    const chosen = page.locator('.cell-button[aria-pressed=true]');
    const figure = hundredths((await chosen.textContent())!);
    await page.locator('.trace tbody tr').first().waitFor();
    const shares = await page.locator('.trace tbody tr td.number').allTextContents();
    expect(shares.reduce((sum, share) => sum + hundredths(share), 0)).toBe(figure);

    // From a parcel back to the figure and to the findings that use it.
    await page.locator('.trace tbody tr[tabindex]').first().click();
    const used = page.locator('.where-used .link-row');
    await used.first().waitFor();
    expect(await page.locator('.balance-table td.marked').count()).toBeGreaterThan(0);
    await mapIdle(page);
    await picture(page, 'analysis-cell-zh-1440');
    // The address is the state: the same screen in English, on a phone.
    const phone = await openPage(browser, app.url, { width: 390, height: 844 });
    await phone.page.goto(`${page.url()}&lang=en`);
    await phone.page.locator('.balance-table').waitFor();
    const overflow = Number(await phone.page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    expect(overflow).toBeLessThanOrEqual(0);
    await picture(phone.page, 'analysis-cell-en-390');
    expect(phone.trouble).toEqual([]);
    await phone.close();

    // What leaves the screen: a spreadsheet, a document, data.
    for (const [name, head] of [
      ['balance.xlsx', 'PK'],
      ['report.docx', 'PK'],
      ['findings.json', '{"'],
      ['balance.json', '{'],
    ] as const) {
      await page.getByRole('button', { name: '导出' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.ant-dropdown a', { hasText: name }).click(),
      ]);
      expect(download.suggestedFilename(), name).toBe(name);
      const bytes = readFileSync(await download.path());
      expect(bytes.subarray(0, head.length).toString(), name).toBe(head);
    }
    expect(trouble).toEqual([]);
    await close();
  });
});
