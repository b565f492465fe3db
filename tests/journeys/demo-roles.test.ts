import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOURNEY_TIMEOUT, mapIdle, openBrowser, openPage, picture, START_TIMEOUT } from '../support/browser.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

let app: WebApp;
let browser: Browser;
beforeAll(async () => {
  app = await startWebApp({ parcels: 600, seed: 11 });
  browser = await openBrowser();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

/** Switches the role on the page, as a visitor does. */
async function become(page: Page, role: string): Promise<void> {
  const field = page.locator('.demo-role');
  await field.click();
  const list = page.locator('.ant-select-dropdown:visible');
  const option = list.locator('.ant-select-item-option', { hasText: role }).first();
  // The list draws what is in sight alone: what is further down is reached by the wheel.
  await list.waitFor();
  for (let turns = 0; (await option.count()) === 0 && turns < 20; turns += 1) {
    await list.hover();
    await page.mouse.wheel(0, 160);
    await page.waitForTimeout(60);
  }
  await option.click();
  await field.getByText(role).waitFor();
}

const links = (page: Page): Promise<string[]> =>
  page.getByRole('navigation', { name: '主导航' }).getByRole('link').allTextContents();

describe('roles of the demo', { timeout: JOURNEY_TIMEOUT }, () => {
  it('says that nobody signs in, and shows each role what it may use and no more', async () => {
    const { page, trouble, close } = await openPage(browser, app.url);
    await page.goto(`${app.url}/import`);
    await page.getByText('演示模式：未登录，数据为虚构').waitFor();
    await page.getByText('把文件拖到这里').waitFor();

    // A reviewer looks at what came in, and is told why there is nothing to press.
    await become(page, '审核');
    await page.getByText('您的角色（审核）只能查看，不能上传文件。').waitFor();
    expect(await page.getByText('把文件拖到这里').count()).toBe(0);
    await picture(page, 'demo-reviewer-zh-1440');
    await page.getByRole('link', { name: '质检' }).click();
    await page.getByRole('heading', { name: '数据质检' }).waitFor();
    expect(await page.getByRole('button', { name: '开始质检' }).count()).toBe(0);
    await page.getByRole('link', { name: '一张图' }).click();
    await mapIdle(page);

    // A contractor sees projects and findings, and no survey: a link to the map answers in words.
    await become(page, '施工单位');
    await page.getByText('“一张图”不向您的角色（施工单位）开放').waitFor();
    expect(await links(page)).toEqual(['项目', '分析', '本机分析']);
    await page.getByRole('link', { name: '项目', exact: true }).click();
    await page.locator('tbody .row-title').first().click();
    await page.getByText('不能查看调查图斑和规划地块').waitFor();
    await picture(page, 'demo-contractor-zh-1440');

    // An auditor reads everything and the records of the counties.
    await become(page, '审计');
    expect(await links(page)).toEqual(['项目', '一张图', '入库', '质检', '分析', '审计', '本机分析']);
    await page.getByRole('link', { name: '审计' }).click();
    const chain = page.locator('.chain').first();
    await chain.getByRole('button', { name: '核验' }).click();
    await chain.locator('.outcome-pass').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, 'demo-auditor-zh-390');
    await page.setViewportSize({ width: 1440, height: 900 });

    // The security administrator: rights, and no map.
    await become(page, '安全管理员');
    expect(await links(page)).toEqual(['人员', '任职', '单位', '审计', '本机分析']);
    await become(page, '经办');
    await page.getByText('“审计”不向您的角色（经办）开放').waitFor();
    expect(trouble.filter((line) => !/status of 40[34]|^40[34]: /.test(line))).toEqual([]);
    await close();
  });
});
