import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureDetail, FeaturePage, LayerVersionView } from '../../src/modules/parcels/views.ts';
import {
  addressBecomes,
  JOURNEY_TIMEOUT,
  mapIdle,
  openBrowser,
  openPage,
  picture,
  START_TIMEOUT,
} from '../support/browser.ts';
import { type Fixture, makeWithGdal } from '../support/gdal.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

const FEATURES = 60;

let app: WebApp;
let browser: Browser;
let zip: string;
const folder = mkdtempSync(join(tmpdir(), 'tianchou-journey-'));

beforeAll(async () => {
  app = await startWebApp({ parcels: 1500, seed: 11 });
  browser = await openBrowser();
  zip = await damagedShapefile();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Parcels of the demo county as GDAL writes them, in GBK without a .cpg, with one error of each of three kinds. */
async function damagedShapefile(): Promise<string> {
  const get = async <T>(path: string): Promise<T> => (await (await fetch(app.url + path)).json()) as T;
  const layers = await get<LayerVersionView[]>('/api/layers?county=990101');
  const parcels = layers.find((layer) => layer.role === 'parcels')!;
  const page = await get<FeaturePage>(`/api/layers/${parcels.layerVersionId}/features?offset=100&limit=${FEATURES}`);
  const fixtures: Fixture[] = await Promise.all(
    page.features.map(async ({ featureNo }): Promise<Fixture> => {
      const detail = await get<FeatureDetail>(`/api/layers/${parcels.layerVersionId}/features/${featureNo}`);
      return { type: 'Feature', properties: { ...detail.attributes }, geometry: detail.geometry };
    }),
  );
  (fixtures[3]!.properties as Record<string, unknown>)['DLBM'] = '0199';
  (fixtures[5]!.properties as Record<string, unknown>)['BSM'] = fixtures[4]!.properties['BSM'];
  const [west, south, east, north] = page.features[7]!.box!;
  const bowTie = [
    [west, south],
    [east, north],
    [east, south],
    [west, north],
    [west, south],
  ];
  fixtures[7] = { ...fixtures[7]!, geometry: { type: 'Polygon', coordinates: [bowTie] } };
  const path = await makeWithGdal(folder, 'DLTB.shp', 'ESRI Shapefile', fixtures, 4490, '-lco', 'ENCODING=GBK');
  rmSync(path.replace(/shp$/, 'cpg'), { force: true });
  const target = join(folder, 'DLTB.zip');
  const parts = ['shp', 'shx', 'dbf', 'prj'].map((extension) => path.replace(/shp$/, extension));
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', target, ...parts]);
  return target;
}

describe('import and quality', { timeout: JOURNEY_TIMEOUT }, () => {
  it('shows the proof, finds what is wrong, commits the good rows, checks them, and takes the batch back', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/import`);
    await page.getByText('把文件拖到这里').waitFor();
    await page.setInputFiles('input[type=file]', zip);
    await page.waitForURL(/\/import\/[0-9a-f-]{36}/);
    await page.locator('.screen-head .mark-staged').waitFor({ timeout: 120_000 });

    // Problems are grouped by rule; a row brings the map to its place.
    await page.getByRole('tab', { name: /问题/ }).click();
    for (const rule of ['geometry.self-crossing', 'attribute.bsm-unique', 'attribute.code-unknown']) {
      await page.locator('.rule-item', { hasText: rule }).waitFor();
    }
    await mapIdle(page);
    const before = new URL(page.url()).searchParams.get('at');
    await page.locator('.problem-table tbody tr').first().click();
    await addressBecomes(page, (search) => search.get('at') !== before);
    await mapIdle(page);
    await picture(page, 'import-problems-zh-1440');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /下载原表加错误列 xlsx/ }).click(),
    ]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');

    // The proof of the encoding: the same text both ways, only one of them readable.
    await page.getByRole('tab', { name: '依据' }).click();
    await page.getByText('GB18030', { exact: true }).first().waitFor();
    await page.getByText('（解不出）').first().waitFor();
    await page.getByText('EPSG:4490').waitFor();
    await picture(page, 'import-proof-zh-1440');

    await page.getByRole('button', { name: `只入库合格的 ${FEATURES - 3} 行（3 行不入）` }).click();
    await page.locator('.screen-head .mark-committed').waitFor({ timeout: 120_000 });
    await picture(page, 'import-committed-zh-1440');

    // Quality of what was stored.
    await page.getByRole('link', { name: '去质检' }).click();
    await page.getByRole('button', { name: '开始质检' }).first().click();
    await page.locator('.rule-list').waitFor({ timeout: 120_000 });
    await page.getByRole('link', { name: /问题表 xlsx/ }).waitFor();
    await mapIdle(page);
    await picture(page, 'quality-zh-1440');
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /问题表 xlsx/ }).click(),
    ]);
    expect(
      readFileSync(await report.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');

    // The batch is taken back as a whole; the version before it is current again.
    await page.goto(`${app.url}/import`);
    await page.getByRole('link', { name: 'DLTB.zip' }).click();
    await page.getByRole('button', { name: '撤回这一批' }).click();
    await page.locator('.ant-popover').getByRole('button', { name: '撤回这一批' }).click();
    await page.locator('.screen-head .mark-undone').waitFor({ timeout: 120_000 });
    const layers = (await (await fetch(`${app.url}/api/layers?county=990101`)).json()) as LayerVersionView[];
    const current = layers.filter((layer) => layer.role === 'parcels' && layer.state === 'current');
    expect(current).toHaveLength(1);
    expect(current[0]!.featureCount).toBeGreaterThan(FEATURES);
    // A layer never checked answers 404, which the browser notes; nothing else may go wrong.
    expect(trouble.filter((line) => !/\/quality$|status of 404/.test(line))).toEqual([]);
    await close();
  });

  it('refuses what it cannot read in words a clerk can act on', async () => {
    const { page, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/import?lang=en`);
    await page.getByText('Drop a file here').waitFor();
    await page.setInputFiles('input[type=file]', {
      name: 'notes.geojson',
      mimeType: 'application/json',
      buffer: Buffer.from('{"type":"FeatureCollection","features":[{"type":'),
    });
    const alert = page.getByRole('alert').first();
    await alert.waitFor({ timeout: 120_000 });
    expect(await alert.locator('.code-badge').first().textContent()).toMatch(/^[A-Z][A-Z0-9_-]+$/);
    expect(await alert.textContent()).toContain('What to do');
    await close();
  });
});
