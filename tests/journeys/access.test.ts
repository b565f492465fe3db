import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import {
  addressBecomes,
  JOURNEY_TIMEOUT,
  mapIdle,
  openBrowser,
  openPage,
  picture,
  START_TIMEOUT,
  type WatchedPage,
} from '../support/browser.ts';
import { totp } from '../support/totp.ts';
import { startWebApp, type WebApp } from '../support/web-app.ts';

let app: WebApp;
let browser: Browser;
beforeAll(async () => {
  app = await startWebApp({ parcels: 600, seed: 11 }, { mode: 'sign-in' });
  browser = await openBrowser();
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

const ADMINISTRATORS = [
  { role: 'systemAdministrator', username: 'zhou.xitong', name: '周建国', password: 'qing-shan-lv-shui-27' },
  { role: 'securityAdministrator', username: 'wu.anquan', name: '吴晓梅', password: 'dao-xiang-shi-li-53' },
  { role: 'auditAdministrator', username: 'zheng.shenji', name: '郑志远', password: 'ming-yue-song-jian-81' },
] as const;
const CLERK = { username: 'lin.jb', name: '林雅', password: 'wan-mu-liang-tian-66' };

/** Refusals that belong to the journey: the browser notes every status of 400 and more. */
const EXPECTED = /status of (401|403|404|409|429)|^(401|403|404|409|429): /;
const unexpected = (trouble: readonly string[]): string[] => trouble.filter((line) => !EXPECTED.test(line));

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

async function signOut(page: Page): Promise<void> {
  await page.locator('.user-button').click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.getByRole('heading', { name: '登录' }).waitFor();
}

/** Opens a list by keyboard, types, takes what is found. */
async function choose(page: Page, field: Locator, text: string): Promise<void> {
  await field.focus();
  await page.keyboard.type(text);
  const lists = page.locator('.ant-select-dropdown:visible');
  await lists.locator('.ant-select-item-option-active', { hasText: text }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => lists.count()).toBe(0);
}

async function fits(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(150);
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  expect(overflow, `${name} is wider than the window by ${overflow} px`).toBeLessThanOrEqual(0);
  await picture(page, name);
}

/** Wide in Chinese and on a phone in English; TIANCHOU_PICTURES=all for the two others as well. */
const VIEWS = (
  [
    ['zh', 1440],
    ['zh', 390],
    ['en', 1440],
    ['en', 390],
  ] as const
).filter(([language, width]) => process.env['TIANCHOU_PICTURES'] === 'all' || (language === 'zh') === (width === 1440));

/** Pictures of the handbook; made anew by UPDATE_DOCS=1 with TIANCHOU_PICTURES=all. */
const HANDBOOK: Readonly<Record<string, string>> = { 'appointment-form': 'access', audit: 'audit' };

async function pictures(page: Page, name: string): Promise<void> {
  let shown = 'zh';
  const speak = async (language: string): Promise<void> => {
    if (language === shown) return;
    await page.getByRole('button', { name: language === 'en' ? 'EN' : '中文', exact: true }).click();
    await addressBecomes(page, (search) => search.get('lang') === (language === 'en' ? 'en' : null));
    shown = language;
  };
  for (const [language, width] of VIEWS) {
    await speak(language);
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await fits(page, `${name}-${language}-${width}`);
    const shownAs = HANDBOOK[name];
    if (shownAs !== undefined && width === 1440 && process.env['UPDATE_DOCS'] === '1') {
      await page.screenshot({ path: join(PROJECT_ROOT, 'docs', 'images', `${shownAs}.${language}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await speak('zh');
}

describe('access', { timeout: JOURNEY_TIMEOUT }, () => {
  it('leads from the first start to a clerk at work, revoked, and found in the audit', async () => {
    const administrator: WatchedPage = await openPage(browser, app.url);
    const { page } = administrator;

    // First start: whatever is opened, the set-up comes first, and with it the code of the terminal.
    await page.goto(`${app.url}/map`);
    await page.getByRole('heading', { name: '初始设置' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('setup-code');
    await page.getByLabel('一次性设置码').fill(app.setupCode!);
    for (const { role, username, name, password } of ADMINISTRATORS) {
      await page.locator(`#${role}-username`).fill(username);
      await page.locator(`#${role}-name`).fill(name);
      // The rules are looked at while typing.
      await page.locator(`#${role}-password`).fill('password2024');
      await page.locator(`#${role}-rules .rule-missed`).waitFor();
      await page.locator(`#${role}-password`).fill(password);
      await page.locator(`#${role}-again`).fill(password);
      await expect.poll(() => page.locator(`#${role}-rules .rule-met`).count()).toBe(4);
    }
    await pictures(page, 'setup');
    await page.getByRole('button', { name: '建立三位管理员' }).click();
    await page.getByText('初始设置完成').waitFor();

    // Sign-in by keyboard alone; a wrong password says so, and the address stays.
    expect(await page.evaluate('document.activeElement.id')).toBe('username');
    await page.keyboard.type(ADMINISTRATORS[0].username);
    await page.keyboard.press('Tab');
    await page.keyboard.type('not-the-password-1');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('SIGN-IN-FAILED').waitFor();
    await pictures(page, 'sign-in');
    await page.getByLabel('密码', { exact: true }).focus();
    await page.keyboard.type(ADMINISTRATORS[0].password);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-pressed")')).toBe('false');
    await page.keyboard.press('Space');
    expect(await page.locator('#password').getAttribute('type')).toBe('text');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');

    // The map is not for a system administrator: it says so, and who may.
    await page.getByText('“一张图”不向您的角色（系统管理员）开放').waitFor();
    expect(new URL(page.url()).pathname).toBe('/map');
    await pictures(page, 'not-allowed');
    const navigation = page.getByRole('navigation', { name: '主导航' });
    expect(await navigation.getByRole('link').allTextContents()).toEqual([
      '人员',
      '任职',
      '单位',
      '行政区',
      '本机分析',
    ]);

    // Accounts: made here, with a password shown once; rights are not.
    await navigation.getByRole('link', { name: '人员' }).click();
    await page.getByText('任职由安全管理员授予').waitFor();
    await page.getByRole('button', { name: '新建账号' }).click();
    await page.locator('#person-username').fill(CLERK.username);
    await page.locator('#person-name').fill(CLERK.name);
    await page.keyboard.press('Enter');
    await page.getByText(`${CLERK.name}（${CLERK.username}）的初始密码`).waitFor();
    const initial = (await page.locator('.shown-once .secret').textContent())!;
    await pictures(page, 'people');
    await navigation.getByRole('link', { name: '行政区' }).click();
    await page.locator('.division-tree li').first().waitFor();
    await pictures(page, 'divisions');
    await navigation.getByRole('link', { name: '任职' }).click();
    await page.getByText(ADMINISTRATORS[1].name).waitFor();
    expect(await page.getByRole('button', { name: '授予任职' }).count()).toBe(0);
    await signOut(page);

    // The clerk signs in before anything was granted: first a password of one's own, then nothing to use.
    const clerk = await openPage(browser, app.url);
    await clerk.page.goto(`${app.url}/map`);
    await signIn(clerk.page, CLERK.username, initial);
    await clerk.page.getByRole('heading', { name: '请设置自己的密码' }).waitFor();
    await clerk.page.locator('#new-password').fill(CLERK.password);
    await clerk.page.locator('#new-again').fill(CLERK.password);
    await pictures(clerk.page, 'first-password');
    await clerk.page.getByRole('button', { name: '修改密码' }).click();
    await clerk.page.getByText('您目前没有有效的任职').waitFor();
    await pictures(clerk.page, 'no-appointment');

    // Rights: an organisation, and the clerk appointed through it, by keyboard alone.
    await page.goto(`${app.url}/organisations`);
    await signIn(page, ADMINISTRATORS[1].username, ADMINISTRATORS[1].password);
    await page.getByRole('button', { name: '登记单位' }).click();
    await page.locator('#organisation-name').fill('稻香县自然资源局');
    await choose(page, page.locator('#organisation-kind'), '自然资源主管部门');
    await choose(page, page.locator('#organisation-division'), '990101');
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.locator('tbody').getByText('稻香县自然资源局').waitFor();
    await pictures(page, 'organisations');
    await page.getByRole('link', { name: '人员' }).click();
    await page.getByRole('link', { name: CLERK.name }).click();
    await page.getByText('还没有任职').waitFor();
    await page.getByRole('button', { name: '授予任职' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#appoint-organisation').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('appoint-organisation');
    await choose(page, page.locator('#appoint-organisation'), '稻香县');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('appoint-role');
    await page.keyboard.press('ArrowDown');
    const offered = page.locator('.ant-select-dropdown:visible .ant-select-item-option');
    // Only the duties this kind of organisation has.
    await expect
      .poll(() => offered.allTextContents())
      .toEqual(['经办', '审核', '领导', '领导小组办公室', '不动产登记中心']);
    await page.keyboard.press('Enter');
    await pictures(page, 'appointment-form');
    await page.getByRole('button', { name: '授予', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('tbody .mark-pass', { hasText: '有效' }).waitFor();
    await pictures(page, 'person');

    // The clerk goes on without signing in again: at work on the map.
    await clerk.page.getByRole('button', { name: '重试' }).click();
    await clerk.page.getByRole('button', { name: /^经办 · / }).click();
    await mapIdle(clerk.page);
    await fits(clerk.page, 'clerk-map-zh-1440');

    // A second factor, with the codes of a real authenticator.
    await clerk.page.locator('.user-button').click();
    await clerk.page.getByRole('menuitem', { name: '我的账号' }).click();
    await clerk.page.locator('#factor-password').fill(CLERK.password);
    await clerk.page.getByRole('button', { name: '开始登记' }).click();
    const secret = (await clerk.page.locator('.enrolment .secret').textContent())!;
    await clerk.page.getByRole('checkbox', { name: '备用码已保存' }).check();
    const backupCodes = await clerk.page.locator('.backup-codes li code').allTextContents();
    expect(backupCodes.length).toBeGreaterThan(5);
    await clerk.page.locator('#factor-code').fill(totp(secret));
    await pictures(clerk.page, 'account');
    await clerk.page.locator('#factor-code').fill(totp(secret));
    await clerk.page.getByRole('button', { name: '启用第二因子' }).click();
    await clerk.page.getByText('已启用').first().waitFor();
    await signOut(clerk.page);
    await clerk.page.goto(`${app.url}/projects`);
    await signIn(clerk.page, CLERK.username, CLERK.password);
    await clerk.page.getByRole('heading', { name: '第二因子' }).waitFor();
    await pictures(clerk.page, 'second-factor');
    await clerk.page.getByLabel('动态口令').fill(totp(secret, 1));
    await clerk.page.keyboard.press('Enter');
    await clerk.page.getByRole('heading', { name: '项目', exact: true }).waitFor();

    // A form begun is still there after the session was ended behind its back.
    await clerk.page.goto(`${app.url}/import`);
    await clerk.page.locator('input[type=date]').fill('2020-02-02');
    const before = clerk.page.url();
    await endSessionsOf(CLERK.username);
    await clerk.page.setInputFiles('input[type=file]', {
      name: 'notes.geojson',
      mimeType: 'application/json',
      buffer: Buffer.from('{"type":"FeatureCollection","features":[]}'),
    });
    await clerk.page.getByText('您的登录已被结束').waitFor();
    expect(clerk.page.url()).toBe(before);
    await fits(clerk.page, 'signed-out-zh-1440');
    await signIn(clerk.page, CLERK.username, CLERK.password);
    await clerk.page.getByLabel('动态口令').fill(backupCodes[0]!);
    await clerk.page.keyboard.press('Enter');
    await clerk.page.getByText('把文件拖到这里').waitFor();
    expect(await clerk.page.locator('input[type=date]').inputValue()).toBe('2020-02-02');

    // Revoked while at work: the next step is refused, in words.
    await navigation.getByRole('link', { name: '任职' }).click();
    const row = page.getByRole('row', { name: new RegExp(CLERK.name) });
    await row.getByRole('button', { name: '撤销' }).click();
    await page.locator('.ant-popover').getByRole('button', { name: '撤销' }).click();
    await row.waitFor({ state: 'detached' });
    await clerk.page.getByRole('link', { name: '质检' }).click();
    await clerk.page.getByText('您目前没有有效的任职').waitFor();
    await clerk.page.getByText('NOT-APPOINTED').waitFor();
    await pictures(page, 'appointments');
    await signOut(page);

    // The audit administrator finds all of it, and that the chain holds.
    await app.signHeads();
    await page.goto(`${app.url}/audit?operation=access.revoke`);
    await signIn(page, ADMINISTRATORS[2].username, ADMINISTRATORS[2].password);
    const event = page.locator('tbody tr', { hasText: ADMINISTRATORS[1].username });
    await event.waitFor();
    expect(await event.count()).toBe(1);
    await page.getByRole('button', { name: '还原' }).click();
    await addressBecomes(page, (search) => !search.has('operation'));
    const system = page.locator('.chain', { hasText: '系统' });
    await system.getByRole('button', { name: '核验' }).click();
    await system.locator('.outcome-pass').waitFor();
    await pictures(page, 'audit');
    await page.getByRole('tab', { name: '签名链头' }).click();
    await page.locator('.heads .mark-pass').first().waitFor();
    await pictures(page, 'audit-heads');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '导出 JSONL' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^audit-.*\.jsonl$/);
    await page.goto(`${app.url}/audit?operation=access.revoke`);
    await event.getByRole('link', { name: /系统 #\d+/ }).click();
    await page.getByText('内容与哈希相符').waitFor();
    await pictures(page, 'audit-event');
    expect(unexpected(administrator.trouble)).toEqual([]);
    expect(unexpected(clerk.trouble)).toEqual([]);
    await clerk.close();
    await administrator.close();

    async function endSessionsOf(username: string): Promise<void> {
      const other = await openPage(browser, app.url);
      await other.page.goto(`${app.url}/people`);
      await signIn(other.page, ADMINISTRATORS[0].username, ADMINISTRATORS[0].password);
      await other.page.getByRole('link', { name: CLERK.name }).click();
      await other.page.locator('.title-code', { hasText: username }).waitFor();
      await other.page.getByRole('button', { name: '结束全部会话' }).click();
      await other.page.locator('.ant-popover').getByRole('button', { name: '结束全部会话' }).click();
      await other.page.getByText('会话已全部结束').waitFor();
      await other.close();
    }
  });

  it('warns before a session idles away, and says how long a lock lasts', async () => {
    const { page, close } = await openPage(browser, app.url);
    // As if the limit were two minutes and a second: the warning comes two minutes before the end.
    await page.route('**/api/session', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), idleSeconds: 121 } });
    });
    await page.goto(`${app.url}/audit`);
    await signIn(page, ADMINISTRATORS[2].username, ADMINISTRATORS[2].password);
    const warning = page.locator('.idle-warning');
    await warning.waitFor();
    expect(await warning.textContent()).toMatch(/[12]:\d\d/);
    await picture(page, 'idle-zh-1440');
    await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/api/account') && response.ok()),
      page.getByRole('button', { name: '继续使用' }).click(),
    ]);
    await close();

    const stranger = await openPage(browser, app.url);
    await stranger.page.goto(app.url);
    // Guesses of this address are counted together, those of the journey before as well.
    for (let guess = 0; guess < 6 && (await stranger.page.getByRole('timer').count()) === 0; guess += 1) {
      await signIn(stranger.page, 'nobody.here', `guess-number-${guess}`);
      await expect.poll(() => stranger.page.locator('#password').inputValue(), { timeout: 20_000 }).toBe('');
      await stranger.page.getByRole('alert').waitFor();
    }
    await stranger.page.getByText('SIGN-IN-LOCKED').waitFor();
    expect(await stranger.page.getByRole('timer').textContent()).toMatch(/1[45]:\d\d/);
    expect(await stranger.page.getByRole('button', { name: '登录' }).isDisabled()).toBe(true);
    await picture(stranger.page, 'locked-zh-1440');
    await stranger.close();
  });
});
