import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../../../tests/support/databases.ts';
import { openSignInDesk, PASSWORDS, type SignInDesk } from '../../../tests/support/sign-in-desk.ts';

describe.each(ENGINES)('signing in on $name', ({ open }) => {
  let desk: SignInDesk;
  beforeAll(async () => {
    desk = await openSignInDesk(open);
    await desk.setUp();
  }, 60_000);
  afterAll(() => desk.close());

  it('opens a session with name and password, and ends it', async () => {
    const browser = desk.browser();
    expect(await browser.view()).toMatchObject({
      signedIn: false,
      mode: 'sign-in',
      role: 'public',
      setupNeeded: false,
    });
    const reply = await browser.post('/api/session/sign-in', { username: ' SysAdmin ', password: PASSWORDS.system });
    expect([reply.status, await reply.json()]).toEqual([200, { next: 'done' }]);
    expect(reply.headers.get('set-cookie')).toMatch(/^tianchou=[A-Za-z0-9]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await browser.view()).toMatchObject({
      signedIn: true,
      actor: 'sysadmin',
      displayName: '系统员',
      role: 'systemAdministrator',
      divisionCode: '',
      next: 'done',
      appointments: [{ role: 'systemAdministrator' }],
    });
    expect((await browser.post('/api/session/sign-out')).status).toBe(204);
    expect(await browser.view()).toMatchObject({ signedIn: false });
  });
});
