import { SqliteBeyond } from './sqlite-pages.ts';
import type { SqliteValue } from './sqlite-table.ts';

/** One column as `CREATE TABLE` declares it. */
export interface DeclaredColumn {
  readonly name: string;
  /** Declared type as written, empty where there is none. */
  readonly type: string;
  /** Place in the primary key, from 1; 0 where it is not part of it. */
  readonly keyPlace: number;
  /** Another name of the row id: rows hold NULL in its place. */
  readonly isRowId: boolean;
  /** What rows have that are older than the column. */
  readonly fallback: SqliteValue;
}

interface Token {
  readonly kind: 'name' | 'quoted' | 'text' | 'number' | 'blob' | 'mark';
  /** The name or text without its quotes; marks and numbers as written. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const CONSTRAINT_WORDS = new Set([
  'CONSTRAINT',
  'PRIMARY',
  'NOT',
  'NULL',
  'UNIQUE',
  'CHECK',
  'DEFAULT',
  'COLLATE',
  'REFERENCES',
  'GENERATED',
  'AS',
]);
const TABLE_CONSTRAINTS = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/**
 * The columns of a table from the statement SQLite keeps of it. Throws `SqliteBeyond` where rows cannot be read by their
 * declared columns alone: WITHOUT ROWID, computed columns, virtual tables, or a statement this does not understand.
 */
export function columnsOfCreateTable(sql: string): readonly DeclaredColumn[] {
  const tokens = tokensOf(sql);
  let at = 0;
  const word = (token: Token | undefined): string => (token?.kind === 'name' ? token.text.toUpperCase() : '');
  const isMark = (token: Token | undefined, mark: string): boolean => token?.kind === 'mark' && token.text === mark;
  if (word(tokens[at++]) !== 'CREATE' || word(tokens[at++]) !== 'TABLE') throw new SqliteBeyond('no table');
  while (at < tokens.length && !isMark(tokens[at], '(')) at++;
  at++;

  /** Past the bracket that closes the one before `from`. */
  const afterBrackets = (from: number): number => {
    let depth = 1;
    let i = from;
    for (; i < tokens.length && depth > 0; i++) {
      if (isMark(tokens[i], '(')) depth++;
      else if (isMark(tokens[i], ')')) depth--;
    }
    if (depth > 0) throw new SqliteBeyond('brackets');
    return i;
  };

  const columns: { name: string; type: string; descending: boolean; fallback: Token[] }[] = [];
  let key: string[] = [];
  let keyOfColumn = false;
  let inConstraints = false;
  for (;;) {
    const first = tokens[at];
    if (first === undefined) throw new SqliteBeyond('end');
    if (isMark(first, ')')) break;
    if (isMark(first, ',')) {
      at++;
      continue;
    }
    if (inConstraints || TABLE_CONSTRAINTS.has(word(first))) {
      inConstraints = true;
      if (word(first) === 'PRIMARY' && word(tokens[at + 1]) === 'KEY' && isMark(tokens[at + 2], '(')) {
        const end = afterBrackets(at + 3);
        for (let i = at + 3, fresh = true; i < end - 1; i++) {
          if (fresh) key.push(tokens[i]!.text);
          fresh = isMark(tokens[i], ',');
        }
        at = end;
      } else at = isMark(first, '(') ? afterBrackets(at + 1) : at + 1;
      continue;
    }
    at++;
    const column = { name: first.text, type: '', descending: false, fallback: [] as Token[] };
    const typeAt = at;
    while (
      at < tokens.length &&
      !isMark(tokens[at], ',') &&
      !isMark(tokens[at], ')') &&
      !CONSTRAINT_WORDS.has(word(tokens[at]))
    ) {
      at = isMark(tokens[at], '(') ? afterBrackets(at + 1) : at + 1;
    }
    if (at === typeAt + 1) column.type = tokens[typeAt]!.text;
    else if (at > typeAt) column.type = sql.slice(tokens[typeAt]!.from, tokens[at - 1]!.to);
    while (at < tokens.length && !isMark(tokens[at], ',') && !isMark(tokens[at], ')')) {
      const constraint = word(tokens[at]);
      if (constraint === 'GENERATED' || constraint === 'AS') throw new SqliteBeyond('computed column');
      if (constraint === 'PRIMARY') {
        key.push(column.name);
        keyOfColumn = true;
        column.descending = word(tokens[at + 2]) === 'DESC';
        at += 2;
      } else if (constraint === 'DEFAULT') {
        const from = at + 1;
        at = isMark(tokens[from], '(') ? afterBrackets(from + 1) : from + (isSign(tokens[from]) ? 2 : 1);
        column.fallback = tokens.slice(from, at);
      } else at = isMark(tokens[at], '(') ? afterBrackets(at + 1) : at + 1;
    }
    columns.push(column);
  }
  for (const token of tokens.slice(at + 1)) if (word(token) === 'WITHOUT') throw new SqliteBeyond('WITHOUT ROWID');
  if (columns.length === 0) throw new SqliteBeyond('no columns');
  key = key.map((name) => name.toLowerCase());
  return columns.map(({ name, type, descending, fallback }): DeclaredColumn => {
    const keyPlace = key.indexOf(name.toLowerCase()) + 1;
    return {
      name,
      type,
      keyPlace,
      // A key declared DESC on the column itself is, by an old mistake of SQLite kept for its files, no row id.
      isRowId: key.length === 1 && keyPlace === 1 && type.toUpperCase() === 'INTEGER' && !(keyOfColumn && descending),
      fallback: withAffinity(literalOf(fallback), type),
    };
  });
}

const isSign = (token: Token | undefined): boolean => token?.text === '-' || token?.text === '+';

/** The value of a literal, signed and bracketed or not; null for NULL and for everything that is none. */
function literalOf(tokens: readonly Token[]): SqliteValue {
  let [from, to] = [0, tokens.length];
  while (to - from >= 2 && tokens[from]!.text === '(' && tokens[to - 1]!.text === ')') {
    from++;
    to--;
  }
  let sign = 1;
  while (from < to && isSign(tokens[from])) if (tokens[from++]!.text === '-') sign = -sign;
  const only = tokens[from];
  if (only === undefined || to - from !== 1) return null;
  if (only.kind === 'number') {
    const value = Number(only.text);
    if (!Number.isInteger(value) || Number.isSafeInteger(value) || !/^\d+$/.test(only.text)) return sign * value;
    return BigInt.asIntN(64, BigInt(sign) * BigInt(only.text));
  }
  if (only.kind === 'blob') return Uint8Array.from(only.text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (only.kind === 'text' || only.kind === 'quoted') return only.text;
  if (only.kind !== 'name') return null;
  const word = only.text.toUpperCase();
  if (word === 'TRUE' || word === 'FALSE') return word === 'TRUE' ? 1 : 0;
  return word === 'NULL' || word.startsWith('CURRENT_') ? null : only.text;
}

/** What storing a literal in a column of that declared type makes of it. */
function withAffinity(value: SqliteValue, declared: string): SqliteValue {
  const type = declared.toUpperCase();
  if (type.includes('INT')) return numberOfText(value);
  if (/CHAR|CLOB|TEXT/.test(type)) {
    if (typeof value === 'number') return String(value);
    return typeof value === 'bigint' ? value.toString() : value;
  }
  return type === '' || type.includes('BLOB') ? value : numberOfText(value);
}

function numberOfText(value: SqliteValue): SqliteValue {
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return value;
  const number = Number(value);
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^\s*[-+]?\d+\s*$/.test(value)
    ? BigInt.asIntN(64, BigInt(value.trim()))
    : number;
}

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+)|([xX]'(?:[0-9a-fA-F]{2})*')|('(?:[^']|'')*')|("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([\s\S])/y;

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(sql);
    if (match === null) throw new SqliteBeyond('token');
    const to = TOKEN.lastIndex;
    const [, blank, blob, text, quoted, number, name, mark] = match;
    if (blank !== undefined) continue;
    if (blob !== undefined) tokens.push({ kind: 'blob', text: blob.slice(2, -1), from, to });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1).replaceAll("''", "'"), from, to });
    else if (quoted !== undefined) {
      const close = quoted.at(-1)!;
      const inner = quoted.slice(1, -1);
      tokens.push({
        kind: 'quoted',
        text: close === ']' ? inner : inner.replaceAll(close + close, close),
        from,
        to,
      });
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number, from, to });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, from, to });
    else if (mark === "'" || mark === '"' || mark === '`' || mark === '[') throw new SqliteBeyond('open quote');
    else tokens.push({ kind: 'mark', text: mark!, from, to });
  }
  return tokens;
}
