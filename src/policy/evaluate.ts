import { localized, type Localized } from '../kernel/index.ts';
import type { Formula, FormulaNode } from './formula.ts';
import { add, compare, divide, isZero, multiply, negate, subtract, ZERO, type Rational } from './rational.ts';

/** An exact value, or every reason why nobody can say. A missing figure is never taken as zero. */
export type Evaluation =
  | { readonly known: true; readonly value: Rational }
  | { readonly known: false; readonly missing: readonly Localized[] };

function combine(parts: readonly Evaluation[], compute: (values: readonly Rational[]) => Evaluation): Evaluation {
  const missing = parts.flatMap((part) => (part.known ? [] : part.missing));
  if (missing.length > 0) return { known: false, missing };
  return compute(parts.map((part) => (part.known ? part.value : ZERO)));
}

const known = (value: Rational): Evaluation => ({ known: true, value });

/**
 * Value of a formula. `lookup` gives the value of a name or the reasons it is unknown. A division by zero is "cannot
 * judge" too: its reason shows the divisor as written.
 */
export function evaluateFormula(formula: Formula, lookup: (name: string) => Evaluation): Evaluation {
  const walk = (node: FormulaNode): Evaluation => {
    switch (node.kind) {
      case 'number':
        return known(node.value);
      case 'name':
        return lookup(node.name);
      case 'negate':
        return combine([walk(node.operand)], ([value]) => known(negate(value!)));
      case 'call':
        return combine(node.operands.map(walk), (values) => {
          if (node.name === 'abs') return known(compare(values[0]!, ZERO) < 0 ? negate(values[0]!) : values[0]!);
          const wanted = node.name === 'min' ? -1 : 1;
          return known(values.reduce((best, value) => (compare(value, best) === wanted ? value : best)));
        });
      case 'binary':
        return combine([walk(node.left), walk(node.right)], ([left, right]) => {
          if (node.operator === '+') return known(add(left!, right!));
          if (node.operator === '-') return known(subtract(left!, right!));
          if (node.operator === '*') return known(multiply(left!, right!));
          if (!isZero(right!)) return known(divide(left!, right!));
          const divisor = formula.text.slice(node.right.from, node.right.to);
          return { known: false, missing: [localized(`除数 ${divisor} 为零`, `the divisor ${divisor} is zero`)] };
        });
    }
  };
  const result = walk(formula.root);
  if (result.known) return result;
  // The same figure may stand in a formula twice: say each reason once.
  const seen = new Set<string>();
  return { known: false, missing: result.missing.filter((reason) => !seen.has(reason.en) && seen.add(reason.en)) };
}
