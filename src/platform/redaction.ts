/** What stands in a log where a secret was. */
export const BLOT = '[redacted]';

/** Names of fields and headers whose value is never written. */
const SECRET_NAME =
  /pass(word|phrase|wd)|secret|token|cookie|authoriz|credential|api[-_]?key|private[-_]?key|session[-_]?id|otp|totp|recovery|^key$|^pin$|^cert$|database[-_]?url|connection[-_]?string/i;

/** Texts that are secrets wherever they stand: the user part of an address, what follows `Bearer`, keys in PEM, our cookies. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${BLOT}@`],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]+/gi, `$1 ${BLOT}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, BLOT],
  [/((?:__Host-)?tianchou[\w.-]*)=[^;\s,"']+/g, `$1=${BLOT}`],
  [/\b((?:password|passwd|passphrase|secret|token|api[-_]?key)["']?\s*[=:]\s*)["']?[^\s&,;"']+["']?/gi, `$1${BLOT}`],
];

const DEEPEST = 6;
const LONGEST_TEXT = 4_000;

/** The text with what can be known as a secret blotted out. */
export function redactedText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return SECRET_TEXTS.reduce((sum, [pattern, instead]) => sum.replace(pattern, instead), short);
}

/** The value as a log may hold it: fields with names of secrets blotted out, texts looked through, cut where it is deep. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth > DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => redacted(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAME.test(name) ? BLOT : redacted(inner, depth + 1)]),
  );
}

const SHORTEST = 5;

function gather(value: unknown, into: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST) into.add(value);
  } else if (typeof value === 'object' && value !== null && depth <= DEEPEST) {
    for (const inner of Object.values(value)) gather(inner, into, depth + 1);
  }
}

/** Texts that came with a request (five characters or more): its body, its query, its cookies and credentials. */
export function textsBrought(request: Request, body: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  gather(body, texts, 0);
  for (const value of new URL(request.url).searchParams.values()) gather(value, texts, 0);
  for (const name of ['cookie', 'authorization', 'proxy-authorization']) {
    const header = request.headers.get(name);
    if (header === null) continue;
    gather(header, texts, 0);
    for (const part of header.split(/[;\s=]+/)) gather(part, texts, 0);
  }
  return texts;
}

/** What an error says without what the request brought: a database quotes the value it could not take. */
export function withoutTexts(fields: Readonly<Record<string, unknown>>, texts: ReadonlySet<string>): typeof fields {
  // The longest first: a part of it would leave the rest standing.
  const ordered = [...texts].sort((a, b) => b.length - a.length);
  const clean = (text: string): string => ordered.reduce((sum, one) => sum.replaceAll(one, BLOT), text);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? clean(value) : value]),
  );
}
