import { err, localized, ok, type Localized, type Result } from '../kernel/index.ts';
import { rationalOfDecimal, type Rational } from './rational.ts';

/**
 * The formula language of the packs: arithmetic over named figures and pack parameters, nothing else.
 *
 *   sum     = product (("+" | "-") product)*
 *   product = sign (("*" | "/") sign)*
 *   sign    = "-" sign | atom
 *   atom    = number | name | ("min" | "max") "(" sum ("," sum)+ ")" | "abs" "(" sum ")" | "(" sum ")"
 *
 * Numbers are plain decimals, names are letters and digits beginning with a letter. There is no call, no comparison, no
 * text and no way to reach the program: a pack is data.
 */
export type FormulaNode =
  | {
      readonly kind: 'number';
      readonly value: Rational;
      readonly text: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'name'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'negate'; readonly operand: FormulaNode; readonly from: number; readonly to: number }
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: FormulaNode;
      readonly right: FormulaNode;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'call';
      readonly name: 'min' | 'max' | 'abs';
      readonly operands: readonly FormulaNode[];
      readonly from: number;
      readonly to: number;
    };

export interface Formula {
  readonly text: string;
  readonly root: FormulaNode;
  /** Every name used, in the order of first use. */
  readonly names: readonly string[];
}

/** What is wrong with a formula; `column` is 1-based, as an editor counts. */
export interface FormulaError {
  readonly column: number;
  readonly message: Localized;
}

const MAX_LENGTH = 1000;
const MAX_DEPTH = 50;

interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

function tokenise(text: string): Result<Token[], FormulaError> {
  const tokens: Token[] = [];
  const pattern = /\s+|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z][A-Za-z0-9]*)|(?<symbol>[-+*/(),])/y;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      const found = String.fromCodePoint(text.codePointAt(at)!);
      return err({
        column: at + 1,
        message: localized(`第 ${at + 1} 列：不认识的字符“${found}”`, `column ${at + 1}: unknown character "${found}"`),
      });
    }
    const groups = match.groups ?? {};
    const kind = groups['number'] !== undefined ? 'number' : groups['name'] !== undefined ? 'name' : 'symbol';
    if (match[0].trim() !== '') tokens.push({ kind, text: match[0], at });
    at += match[0].length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return ok(tokens);
}

class SyntaxTrouble extends Error {
  readonly trouble: FormulaError;
  constructor(trouble: FormulaError) {
    super(trouble.message.en);
    this.trouble = trouble;
  }
}

function expected(zh: string, en: string, token: Token): SyntaxTrouble {
  const column = token.at + 1;
  const foundZh = token.kind === 'end' ? '公式在此结束' : `此处为“${token.text}”`;
  const foundEn = token.kind === 'end' ? 'the formula ends' : `"${token.text}" stands there`;
  const message = localized(`第 ${column} 列：应为${zh}，${foundZh}`, `column ${column}: expected ${en}, ${foundEn}`);
  return new SyntaxTrouble({ column, message });
}

/** Recursive descent over the tokens; throws SyntaxTrouble, which `parseFormula` turns into a value. */
function descend(tokens: readonly Token[]): FormulaNode {
  let next = 0;
  let depth = 0;
  const peek = (): Token => tokens[next]!;
  const isSymbol = (...symbols: string[]): boolean => peek().kind === 'symbol' && symbols.includes(peek().text);
  const take = (symbol: string): Token => {
    if (!isSymbol(symbol)) throw expected(`“${symbol}”`, `"${symbol}"`, peek());
    return tokens[next++]!;
  };
  const deeper = (parse: () => FormulaNode): FormulaNode => {
    if (++depth > MAX_DEPTH) {
      const column = peek().at + 1;
      const message = localized(
        `第 ${column} 列：嵌套超过 ${MAX_DEPTH} 层`,
        `column ${column}: nested deeper than ${MAX_DEPTH}`,
      );
      throw new SyntaxTrouble({ column, message });
    }
    const node = parse();
    depth--;
    return node;
  };
  const chain = (operators: readonly ('+' | '-' | '*' | '/')[], operand: () => FormulaNode): FormulaNode => {
    let left = operand();
    while (isSymbol(...operators)) {
      const operator = tokens[next++]!.text as '+' | '-' | '*' | '/';
      const right = operand();
      left = { kind: 'binary', operator, left, right, from: left.from, to: right.to };
    }
    return left;
  };
  const sum = (): FormulaNode => deeper(() => chain(['+', '-'], product));
  const product = (): FormulaNode => chain(['*', '/'], sign);
  const sign = (): FormulaNode => {
    if (!isSymbol('-')) return atom();
    const minus = tokens[next++]!;
    const operand = deeper(sign);
    return { kind: 'negate', operand, from: minus.at, to: operand.to };
  };
  const call = (name: Token): FormulaNode => {
    take('(');
    const operands = [sum()];
    while (isSymbol(',')) {
      next++;
      operands.push(sum());
    }
    const wanted = name.text === 'abs' ? operands.length === 1 : operands.length >= 2;
    if (!wanted) {
      const column = name.at + 1;
      throw new SyntaxTrouble({
        column,
        message:
          name.text === 'abs'
            ? localized(`第 ${column} 列：abs 只取一个值`, `column ${column}: abs takes one value`)
            : localized(
                `第 ${column} 列：${name.text} 至少取两个值`,
                `column ${column}: ${name.text} takes two values or more`,
              ),
      });
    }
    const close = take(')');
    return { kind: 'call', name: name.text as 'min' | 'max' | 'abs', operands, from: name.at, to: close.at + 1 };
  };
  const atom = (): FormulaNode => {
    const token = peek();
    const to = token.at + token.text.length;
    if (token.kind === 'number') {
      next++;
      return { kind: 'number', value: rationalOfDecimal(token.text)!, text: token.text, from: token.at, to };
    }
    if (token.kind === 'name') {
      next++;
      if (['min', 'max', 'abs'].includes(token.text)) return call(token);
      if (isSymbol('('))
        throw expected('min、max 或 abs（没有其他函数）', 'min, max or abs (there are no other functions)', token);
      return { kind: 'name', name: token.text, from: token.at, to };
    }
    if (isSymbol('(')) {
      next++;
      const inner = sum();
      take(')');
      return inner;
    }
    throw expected('数、指标名或“(”', 'a number, a name or "("', token);
  };
  const root = sum();
  if (peek().kind !== 'end') throw expected('运算符', 'an operator', peek());
  return root;
}

function collectNames(node: FormulaNode, into: Set<string>): void {
  if (node.kind === 'name') into.add(node.name);
  else if (node.kind === 'negate') collectNames(node.operand, into);
  else if (node.kind === 'call') for (const operand of node.operands) collectNames(operand, into);
  else if (node.kind === 'binary') {
    collectNames(node.left, into);
    collectNames(node.right, into);
  }
}

/** Reads a formula. Errors name the column and what was expected there. */
export function parseFormula(text: string): Result<Formula, FormulaError> {
  if (text.length > MAX_LENGTH) {
    const message = localized(`公式超过 ${MAX_LENGTH} 个字符`, `the formula is longer than ${MAX_LENGTH} characters`);
    return err({ column: MAX_LENGTH + 1, message });
  }
  const tokens = tokenise(text);
  if (!tokens.ok) return tokens;
  try {
    const root = descend(tokens.value);
    const names = new Set<string>();
    collectNames(root, names);
    return ok({ text, root, names: [...names] });
  } catch (trouble) {
    if (trouble instanceof SyntaxTrouble) return err(trouble.trouble);
    throw trouble;
  }
}

/** Every number written in the formula. Numbers other than 0 and 1 belong into cited parameters. */
export function literalsOf(formula: Formula): { readonly text: string; readonly column: number }[] {
  const found: { text: string; column: number }[] = [];
  const walk = (node: FormulaNode): void => {
    if (node.kind === 'number') found.push({ text: node.text, column: node.from + 1 });
    else if (node.kind === 'negate') walk(node.operand);
    else if (node.kind === 'call') node.operands.forEach(walk);
    else if (node.kind === 'binary') {
      walk(node.left);
      walk(node.right);
    }
  };
  walk(formula.root);
  return found;
}
