import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { JOURNEY_TIMEOUT, openBrowser, openPage, picture, START_TIMEOUT } from '../support/browser.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

/** Layers of the demo county in the order the page has them, which is that of their roles. */
const ZONES = ['basicFarmland', 'redLine', 'growthBoundary', 'slope', 'village', 'grade'] as const;

let folder: string;
let app: WebApp;
/** The same server as another machine sees it: plain http on a name, where browsers share no memory and have no hash. */
let plainHttp: string;
let browser: Browser;
let expected: { readonly balance: Buffer; readonly findings: Buffer };

function tianchou(...words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tianchou-local-'));
  const county = join(folder, 'county');
  tianchou('demo', '--parcels', '1500', '--seed', '11', '--out', county);
  tianchou(
    'analyse',
    '--parcels',
    join(county, 'parcels.fgb'),
    '--zones',
    ...ZONES.map((role) => `${role}=${join(county, `${role}.fgb`)}`),
    '--project',
    join(county, 'plan.gpkg'),
    '--pack',
    'qinzhou-2020',
    '--out',
    join(folder, 'result'),
  );
  expected = {
    balance: readFileSync(join(folder, 'result', 'balance.json')),
    findings: readFileSync(join(folder, 'result', 'findings.json')),
  };
  app = await startWebApp(null);
  plainHttp = app.url.replace('127.0.0.1', 'county.lan');
  browser = await openBrowser(['--host-resolver-rules=MAP county.lan 127.0.0.1']);
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const demoFile = (name: string): string => join(folder, 'county', name);

async function downloaded(page: Page, name: string): Promise<Buffer> {
  await page.getByRole('button', { name: '导出' }).click();
  const [download] = (await Promise.all([
    page.waitForEvent('download'),
    page.locator('.ant-dropdown').getByText(name, { exact: true }).click(),
  ])) as [Download, unknown];
  return readFileSync(await download.path());
}

async function allLookedInto(page: Page): Promise<void> {
  for (const end = Date.now() + 60_000; (await page.getByText('正在查看').count()) > 0; ) {
    if (Date.now() > end) throw new Error('the files are still being looked into');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Drops the county and waits until every file has been looked into. */
async function dropCounty(page: Page): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles([...['parcels', ...ZONES].map((role) => demoFile(`${role}.fgb`)), demoFile('plan.gpkg')]);
  await page.locator('.local-files tbody tr').nth(7).waitFor();
  await allLookedInto(page);
}

async function choosePack(page: Page): Promise<void> {
  await page.locator('.pack-select').click();
  await page.locator('.ant-select-dropdown').getByText(/钦州/).click();
}

describe('analysis on this computer', { timeout: JOURNEY_TIMEOUT }, () => {
  for (const isolated of [true, false]) {
    it(`reads, overlays and judges with the network cut, the bytes of the command line (${isolated ? 'shared memory' : 'plain http'})`, async () => {
      const url = isolated ? app.url : plainHttp;
      const { page, trouble, close } = await openPage(browser, url);
      await page.goto(`${url}/local`);
      expect(
        await page.evaluate(() => (globalThis as unknown as { crossOriginIsolated: boolean }).crossOriginIsolated),
      ).toBe(isolated);
      expect(await page.evaluate(() => (globalThis as unknown as { isSecureContext: boolean }).isSecureContext)).toBe(
        isolated,
      );
      await page.getByText('现在断网也能分析').waitFor();
      await page.getByText(isolated ? /个线程共用内存/ : /编译内核，单线程/).waitFor();
      await picture(page, `local-empty-zh-${isolated ? 'shared' : 'unshared'}`);
      await page.context().setOffline(true);
      await dropCounty(page);
      await choosePack(page);
      await picture(page, 'local-files-zh-1440');
      await page.getByRole('button', { name: '运行分析' }).click();
      await page.locator('.findings').waitFor({ timeout: 120_000 });
      expect(await downloaded(page, 'findings.json')).toEqual(expected.findings);
      expect((await downloaded(page, 'balance.json')).equals(expected.balance)).toBe(true);

      // The figures lead to their parcels here too, and the parcels are drawn without any tile.
      await page.locator('.finding.verdict-fail .finding-head').first().click();
      await picture(page, 'local-finding-zh-1440');
      await page.getByRole('tab', { name: /平衡表/ }).click();
      const cells = page.locator('.cell-button');
      await cells.nth((await cells.count()) - 2).click();
      await page.locator('.trace tbody tr').first().waitFor();
      await picture(page, 'local-cell-zh-1440');
      await page.getByRole('tab', { name: '读取依据' }).click();
      await page.locator('.local-file-proof').nth(7).waitFor();
      await picture(page, 'local-evidence-zh-1440');
      // Browsers remark that the headers of isolation mean nothing on plain http, and that the network is cut.
      const expectedRemarks = /ERR_INTERNET_DISCONNECTED|Cross-Origin-Opener-Policy header has been ignored/;
      expect(trouble.filter((line) => !expectedRemarks.test(line))).toEqual([]);
      await close();
    });
  }

  it('a run can be cancelled and started again without the network; what is missing or wrong is said', async () => {
    const { page, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/local`);
    await page.getByText('现在断网也能分析').waitFor();
    await page.context().setOffline(true);
    writeFileSync(demoFile('broken.gpkg'), 'SQLite format 3\0 and no more');
    writeFileSync(demoFile('letter.pdf'), '%PDF-1.4 letter');
    await page
      .locator('input[type=file]')
      .setInputFiles(['parcels.fgb', 'broken.gpkg', 'letter.pdf'].map((name) => demoFile(name)));
    await page.getByText('INTAKE_UNKNOWN_FORMAT').waitFor();
    await page.getByText('还缺规划方案或项目区范围').waitFor();
    expect(await page.getByRole('button', { name: '运行分析' }).isDisabled()).toBe(true);
    await picture(page, 'local-refused-zh-1440');
    for (const name of ['broken.gpkg', 'letter.pdf']) await page.getByRole('button', { name: `移去 ${name}` }).click();
    await dropCounty(page);
    await choosePack(page);
    await page.getByRole('button', { name: '运行分析' }).click();
    await page.getByRole('button', { name: '取消' }).click();
    await page.getByText('已取消，没有留下结果').waitFor();
    await picture(page, 'local-cancelled-zh-1440');
    await page.getByRole('button', { name: '运行分析' }).click();
    await page.locator('.findings').waitFor({ timeout: 120_000 });
    expect((await downloaded(page, 'balance.json')).equals(expected.balance)).toBe(true);
    await close();
  });

  it("takes a bare shapefile with its parts, a boundary TXT as plan and a layer of the user's own", async () => {
    const shapes = join(folder, 'shapes');
    mkdirSync(shapes);
    tianchou('convert', demoFile('parcels.fgb'), join(shapes, 'DLTB.zip'));
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(shapes, 'DLTB.zip')))))
      writeFileSync(join(shapes, name.replace(/^.*(\.[^.]+)$/, '450702DLTB$1')), bytes);
    rmSync(join(shapes, 'DLTB.zip'));
    tianchou('convert', demoFile('village.fgb'), join(folder, 'boundary.txt'));
    cpSync(demoFile('slope.fgb'), join(folder, '我的图层.fgb'));
    tianchou(
      'analyse',
      '--parcels',
      join(shapes, '450702DLTB.shp'),
      '--zones',
      `我的图层=${demoFile('slope.fgb')}`,
      '--project',
      join(folder, 'boundary.txt'),
      '--pack',
      'haining-2021',
      '--out',
      join(folder, 'result-of-shapes'),
    );
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/local?pack=haining-2021`);
    await page.getByText('现在断网也能分析').waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles([
        ...readdirSync(shapes).map((name) => join(shapes, name)),
        join(folder, 'boundary.txt'),
        join(folder, '我的图层.fgb'),
      ]);
    await page.getByText(/连同 \d 个附属文件/).waitFor();
    await allLookedInto(page);
    for (const [file, role] of [
      ['boundary.txt', '规划方案或项目区范围'],
      ['我的图层.fgb', '自有图层（以文件名为名）'],
    ] as const) {
      await page.locator('.local-files tr', { hasText: file }).locator('.local-role').click();
      await page.locator('.ant-select-dropdown:visible').getByText(role, { exact: true }).click();
      await page.locator('.ant-select-dropdown:visible').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: '运行分析' }).click();
    await page.locator('.findings').waitFor({ timeout: 120_000 });
    const result = (name: string): Buffer => readFileSync(join(folder, 'result-of-shapes', name));
    expect((await downloaded(page, 'balance.json')).equals(result('balance.json'))).toBe(true);
    expect((await downloaded(page, 'findings.json')).equals(result('findings.json'))).toBe(true);
    expect(trouble).toEqual([]);
    await close();
  });

  it('is readable in English on a phone', async () => {
    const { page, trouble, close } = await openPage(browser, app.url, { width: 390, height: 844 });
    await page.goto(`${app.url}/local?lang=en&pack=haining-2021`);
    await page.getByText('it works without a network').waitFor();
    await picture(page, 'local-empty-en-390');
    await page.locator('input[type=file]').setInputFiles([demoFile('parcels.fgb'), demoFile('plan.gpkg')]);
    await page.locator('.local-files .figures, .local-files td.number').first().waitFor();
    await picture(page, 'local-files-en-390');
    const run = page.getByRole('button', { name: 'Run analysis' });
    await run.click();
    await page.locator('.findings').waitFor({ timeout: 120_000 });
    await picture(page, 'local-result-en-390');
    const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    expect(overflow).toBeLessThanOrEqual(0);
    expect(trouble).toEqual([]);
    await close();
  });
});
