/**
 * What passwords are made of everywhere, and here: keyboard walks, declarations of love in pinyin (我爱你, 一生一世), number plays
 * (520, 1314), names of the product and of the trade. Written down for this product; no list of leaked passwords is behind it.
 */
export const COMMON_PIECES: readonly string[] = `
  password passwort passw0rd p@ssw0rd p@ssword pa55word letmein welcome changeme default
  administrator admin root system security audit auditor manager operator guest test user
  login secret master superman batman dragon monkey football sunshine princess iloveyou
  qwertyuiop qwerty qwer asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv 1qaz2wsx 1qaz 2wsx 3edc
  qazwsx qweasd q1w2e3r4 q1w2e3 1q2w3e4r 1q2w3e zaq12wsx abcdefg abcdef abcd abc aaa xyz
  woaini woaiwojia woaizhongguo woai wobuzhidao nihao buzhidao yishengyishi shengrikuaile wangji
  mima guanliyuan xitong anquan shenji zhongguo beijing shanghai laopo laogong baobao haoren
  zhangsan lisi wangwu zhang wang chen xiao aini china gov xingfu facai pingan kuaile
  tianchou ziranziyuan ziran guotu tudi zhengzhi gengdi nongtian jiben xiangmu guihua xian
  5201314 1314520 1314521 520520 521521 1314 520 521 888888 666666 168168 168 147258369
  147258 159357 123321 112233 121212 123123 110110 7758521 147 258 369
  密码 管理员 系统 安全 审计 我爱你 田畴 自然资源 你好
`
  .trim()
  .split(/\s+/)
  .toSorted((a, b) => b.length - a.length);

/** Signs that stand for letters in passwords. */
const DISGUISES: readonly (readonly [RegExp, string])[] = [
  [/[@4]/g, 'a'],
  [/[0]/g, 'o'],
  [/[$5]/g, 's'],
  [/[1!|]/g, 'i'],
  [/3/g, 'e'],
];

function withoutPieces(text: string): string {
  let rest = text;
  for (const piece of COMMON_PIECES) rest = rest.replaceAll(piece, '');
  return rest;
}

/** Steps of one up or down (`4567`, `dcba`), three signs or more. */
function withoutRuns(text: string): string {
  let rest = '';
  for (let start = 0; start < text.length; ) {
    const step = (text.charCodeAt(start + 1) || 0) - text.charCodeAt(start);
    let end = start + 1;
    if (step === 1 || step === -1 || step === 0)
      while (end < text.length && text.charCodeAt(end) - text.charCodeAt(end - 1) === step) end++;
    if (end - start < 3) {
      rest += text[start];
      start++;
    } else start = end;
  }
  return rest;
}

/** How many signs of a password are left when everything anybody would try is taken out: years and dates, runs, common pieces. */
export function ownSigns(password: string): number {
  const lower = password.toLowerCase();
  const undisguised = DISGUISES.reduce((text, [sign, letter]) => text.replace(sign, letter), lower);
  const left = [lower, undisguised].map((text) => {
    const dates = /(19|20)\d\d(0[1-9]|1[0-2])?(0[1-9]|[12]\d|3[01])?/g;
    return withoutRuns(withoutPieces(text).replace(dates, '')).replace(/[^\p{L}\p{N}]/gu, '').length;
  });
  return Math.min(...left);
}
