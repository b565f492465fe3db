import { localized, type Refusal } from '../../kernel/index.ts';

/** One text for an unknown name, a wrong password and a disabled account: it says nothing of which. */
export const SIGN_IN_FAILED: Refusal = {
  code: 'SIGN-IN-FAILED',
  message: localized('用户名或密码不正确。', 'The username or the password is not right.'),
  remedy: localized(
    '请核对后重试；多次失败会暂时锁定。',
    'Check both and try again; after several failures you have to wait.',
  ),
};
export const SIGN_IN_LOCKED: Refusal = {
  code: 'SIGN-IN-LOCKED',
  message: localized(
    '登录失败次数过多，已暂时锁定。',
    'There were too many failed sign-ins; they are locked for a while.',
  ),
  remedy: localized(
    '请稍后再试；急需时请安全管理员解锁。',
    'Try again later; in a hurry ask the security administrator to unlock the account.',
  ),
};
export const SIGN_IN_OFF: Refusal = {
  code: 'SIGN-IN-OFF',
  message: localized('演示模式下没有登录。', 'In demo mode nobody signs in.'),
  remedy: localized('请用页面上的角色切换。', 'Use the role switch of the page.'),
};
export const NO_SECOND_FACTOR_ASKED: Refusal = {
  code: 'SECOND-FACTOR-NOT-ASKED',
  message: localized('没有等待第二因子的登录。', 'No sign-in waits for a second factor.'),
  remedy: localized('请重新登录。', 'Sign in again.'),
};
export const SECOND_FACTOR_WRONG: Refusal = {
  code: 'SECOND-FACTOR-WRONG',
  message: localized('动态口令不正确，或已经用过。', 'The code is not right, or was used already.'),
  remedy: localized('请等待下一个动态口令，或使用备用码。', 'Wait for the next code, or use a backup code.'),
};
export const SECOND_FACTOR_ON: Refusal = {
  code: 'SECOND-FACTOR-ON',
  message: localized('第二因子已经启用。', 'The second factor is on already.'),
  remedy: localized('如需更换，请先移除。', 'To change it, remove it first.'),
};
export const SECOND_FACTOR_OFF: Refusal = {
  code: 'SECOND-FACTOR-OFF',
  message: localized('第二因子没有启用。', 'No second factor is on, or waits to be confirmed.'),
  remedy: localized('请先登记验证器。', 'Enrol an authenticator first.'),
};
export const PASSWORD_WRONG: Refusal = {
  code: 'PASSWORD-WRONG',
  message: localized('当前密码不正确。', 'The present password is not right.'),
  remedy: localized('请重新输入。', 'Enter it again.'),
};
export const NO_ACCOUNT: Refusal = {
  code: 'NO-ACCOUNT',
  message: localized('您没有账号（演示模式）。', 'You have no account (demo mode).'),
  remedy: localized('请以正式方式启动后登录。', 'Start the server without demo mode and sign in.'),
};
export const NO_SESSION: Refusal = {
  code: 'SESSION-NOT-FOUND',
  message: localized('没有这个会话。', 'There is no such session.'),
  remedy: localized('请刷新列表。', 'Refresh the list.'),
};
export const NOT_YOUR_APPOINTMENT: Refusal = {
  code: 'APPOINTMENT-NOT-YOURS',
  message: localized('您没有这项有效任职。', 'You do not hold this appointment today.'),
  remedy: localized('请从自己的任职中选择。', 'Choose one of your own.'),
};
export const DEMO_ONLY: Refusal = {
  code: 'DEMO-ONLY',
  message: localized('只有演示模式可以切换角色。', 'Roles are switched in demo mode alone.'),
  remedy: localized('请以有相应任职的账号登录。', 'Sign in as somebody who holds the role.'),
};
export const SETUP_DONE: Refusal = {
  code: 'SETUP-DONE',
  message: localized('系统已经完成初始设置。', 'The system is set up already.'),
  remedy: localized(
    '请登录；忘记密码请系统管理员在服务器终端重置。',
    'Sign in; a lost password is reset at the terminal of the server.',
  ),
};
export const SETUP_CODE_WRONG: Refusal = {
  code: 'SETUP-CODE-WRONG',
  message: localized('设置码不正确或已过期。', 'The code is not right, or too old.'),
  remedy: localized(
    '请使用最近一次启动时终端显示的设置码，或运行 tianchou admin setup-code。',
    'Use the code shown at the last start, or run tianchou admin setup-code.',
  ),
  place: { field: 'code' },
};
export const SETUP_ADMINISTRATORS: Refusal = {
  code: 'SETUP-ADMINISTRATORS',
  message: localized(
    '须恰好设置系统、安全、审计三位管理员，且为三个不同的人。',
    'Exactly three administrators are wanted: system, security and audit, three different persons.',
  ),
  remedy: localized('请为每一类填写一个不同的用户名。', 'Give each of them a username of his own.'),
  place: { field: 'administrators' },
};
export const NO_SUCH_PERSON: Refusal = {
  code: 'PERSON-NOT-FOUND',
  message: localized('没有这个人员。', 'There is no such person.'),
  remedy: localized('请刷新列表后重新选择。', 'Refresh the list and choose again.'),
};
export const USERNAME_INVALID: Refusal = {
  code: 'USERNAME-INVALID',
  message: localized(
    '用户名须为 3–32 个小写字母、数字、点、下划线或连字符，以字母开头，且不是系统保留名。',
    'A username has 3 to 32 small letters, digits, dots, underlines or hyphens, a letter first, and is not one of the program’s own.',
  ),
  remedy: localized('可用姓名的拼音。', 'The name in pinyin is a good one.'),
  place: { field: 'username' },
};
export const LAST_ADMINISTRATOR: Refusal = {
  code: 'LAST-ADMINISTRATOR',
  message: localized(
    '这是最后一位此类管理员，停用后将无人可管理。',
    'This is the last administrator of the kind; nobody could set it right afterwards.',
  ),
  remedy: localized('请先任命接任者。', 'Appoint a successor first.'),
};
export const USERNAME_TAKEN: Refusal = {
  code: 'USERNAME-TAKEN',
  message: localized('用户名已被使用。', 'The username is taken.'),
  remedy: localized('请换一个用户名。', 'Choose another.'),
  place: { field: 'username' },
};
export const ADMINISTRATOR_AT_TERMINAL: Refusal = {
  code: 'ADMINISTRATOR-AT-TERMINAL',
  message: localized(
    '管理员的密码和第二因子不能由另一位管理员在页面上重置。',
    'The password and second factor of an administrator are not reset by another one here: one of the three would become two.',
  ),
  remedy: localized(
    '请在服务器终端运行 tianchou admin reset-password 用户名。',
    'At the terminal of the server, run tianchou admin reset-password USERNAME.',
  ),
};
export const OWN_ACCOUNT: Refusal = {
  code: 'OWN-ACCOUNT',
  message: localized('不能对自己的账号这样做。', 'Nobody does this to his own account.'),
  remedy: localized('请由另一位管理员办理，或使用“我的账号”。', 'Ask another administrator, or use your account page.'),
};
export const NO_ORGANISATION_HERE: Refusal = {
  code: 'ORGANISATION-NOT-FOUND',
  message: localized(
    '没有这个单位，或不在您的管辖范围内。',
    'There is no such organisation, or it is not yours to administer.',
  ),
  remedy: localized('请刷新列表后重新选择。', 'Refresh the list and choose again.'),
  place: { field: 'organisationId' },
};
export const OIDC_OFF: Refusal = {
  code: 'OIDC-OFF',
  message: localized('没有设置统一身份认证。', 'No provider of identities is set.'),
  remedy: localized('请用用户名和密码登录。', 'Sign in with username and password.'),
};
export const OIDC_UNREACHABLE: Refusal = {
  code: 'OIDC-UNREACHABLE',
  message: localized('统一身份认证没有应答。', 'The provider of identities does not answer.'),
  remedy: localized(
    '请稍后再试，或用用户名和密码登录。',
    'Try again in a moment, or sign in with username and password.',
  ),
};
export const OIDC_REFUSED: Refusal = {
  code: 'OIDC-REFUSED',
  message: localized('统一身份认证的登录没有成功。', 'The sign-in through the provider of identities did not succeed.'),
  remedy: localized('请重新登录；仍不行请联系管理员。', 'Sign in again; if it stays, ask your administrator.'),
};
export const OIDC_UNKNOWN_PERSON: Refusal = {
  code: 'OIDC-UNKNOWN-PERSON',
  message: localized(
    '统一身份认证的这个账号没有与本系统的人员关联。',
    'This account of the provider of identities is linked to nobody here.',
  ),
  remedy: localized(
    '请系统管理员建立账号并允许关联。',
    'Ask the system administrator to make an account and to allow linking it.',
  ),
};
