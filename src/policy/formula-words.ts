import { localized, type Localized } from '../kernel/index.ts';
import type { Formula, FormulaNode } from './formula.ts';

type Operator = Extract<FormulaNode, { readonly kind: 'binary' }>['operator'];

const SIGNS: Readonly<Record<Operator, string>> = { '+': '+', '-': '−', '*': '×', '/': '÷' };
const CALLS = {
  min: localized('取最小', 'least of'),
  max: localized('取最大', 'greatest of'),
  abs: localized('绝对值', 'size of'),
} as const;

/** How tightly a node holds together: 0 sums, 1 products, 2 everything else. */
function strength(node: FormulaNode): number {
  if (node.kind !== 'binary') return node.kind === 'negate' ? 1 : 2;
  return node.operator === '+' || node.operator === '-' ? 0 : 1;
}

/**
 * The formula as people read it, with the names of its figures and parameters instead of their ids:
 * `newFarmland / farmlandBefore` → `新增耕地面积 ÷ 整治前耕地面积`. It keeps the value: brackets stand wherever the order
 * of computing needs them.
 */
export function formulaWords(formula: Formula, nameOf: (name: string) => Localized): Localized {
  const inOneLanguage = (language: keyof Localized): string => {
    const words = (node: FormulaNode, least: number): string => {
      const text = bare(node);
      return strength(node) >= least ? text : language === 'zh' ? `（${text}）` : `(${text})`;
    };
    const bare = (node: FormulaNode): string => {
      switch (node.kind) {
        case 'number':
          return node.text;
        case 'name':
          return nameOf(node.name)[language];
        case 'negate':
          return `−${words(node.operand, 2)}`;
        case 'call': {
          const operands = node.operands.map((operand) => words(operand, 0));
          const name = CALLS[node.name][language];
          return language === 'zh' ? `${name}（${operands.join('，')}）` : `${name} (${operands.join(', ')})`;
        }
        case 'binary': {
          // What follows − or ÷ needs brackets at equal strength too: a − (b − c).
          const own = strength(node);
          return `${words(node.left, own)} ${SIGNS[node.operator]} ${words(node.right, own + 1)}`;
        }
      }
    };
    return words(formula.root, 0);
  };
  return localized(inOneLanguage('zh'), inOneLanguage('en'));
}
