import { localized, type Localized } from '../kernel/index.ts';
import type { Formula, FormulaNode } from './formula.ts';
import { compare, decimalText, multiply, rational, type Rational } from './rational.ts';

/** Units a pack may write values in. */
export const PACK_UNITS = [
  'ratio',
  'percent',
  'mu',
  'hectare',
  'squareMetre',
  'count',
  'grade',
  'kg',
  'yesNo',
] as const;
export type PackUnit = (typeof PACK_UNITS)[number];

/** Units of figures (those of the figure catalogue). */
export type BaseUnit = 'dm2' | 'grade' | 'count' | 'ratio' | 'kg' | 'yesNo';

const BASE: Readonly<Record<PackUnit, { readonly unit: BaseUnit; readonly factor: Rational }>> = {
  ratio: { unit: 'ratio', factor: rational(1n) },
  percent: { unit: 'ratio', factor: rational(1n, 100n) },
  mu: { unit: 'dm2', factor: rational(200_000n, 3n) },
  hectare: { unit: 'dm2', factor: rational(1_000_000n) },
  squareMetre: { unit: 'dm2', factor: rational(100n) },
  count: { unit: 'count', factor: rational(1n) },
  grade: { unit: 'grade', factor: rational(1n) },
  kg: { unit: 'kg', factor: rational(1n) },
  yesNo: { unit: 'yesNo', factor: rational(1n) },
};

/** A value of the pack in the unit figures are in: 1,000 mu → 200,000,000/3 dm² exactly. */
export function toBaseUnit(value: Rational, unit: PackUnit): { readonly value: Rational; readonly unit: BaseUnit } {
  return { value: multiply(value, BASE[unit].factor), unit: BASE[unit].unit };
}

export function baseUnitOf(unit: PackUnit): BaseUnit {
  return BASE[unit].unit;
}

/** Powers of the units that do not cancel: area, grade, mass. Counts, shares and yes/no are pure numbers. */
export interface Dimension {
  readonly area: number;
  readonly grade: number;
  readonly mass: number;
}

const PURE: Dimension = { area: 0, grade: 0, mass: 0 };

export function dimensionOf(unit: BaseUnit): Dimension {
  return { area: unit === 'dm2' ? 1 : 0, grade: unit === 'grade' ? 1 : 0, mass: unit === 'kg' ? 1 : 0 };
}

export function sameDimension(a: Dimension, b: Dimension): boolean {
  return a.area === b.area && a.grade === b.grade && a.mass === b.mass;
}

const scale = (a: Dimension, b: Dimension, sign: 1 | -1): Dimension => ({
  area: a.area + sign * b.area,
  grade: a.grade + sign * b.grade,
  mass: a.mass + sign * b.mass,
});

/**
 * Dimension of a formula, or the reason it has none (an area added to a count). The number 0 goes with everything.
 * `unitOf` gives the unit of a name the pack checker has found to exist.
 */
export function formulaDimension(
  formula: Formula,
  unitOf: (name: string) => BaseUnit,
): { readonly ok: true; readonly value: Dimension } | { readonly ok: false; readonly message: Localized } {
  let trouble: Localized | undefined;
  const meet = (node: FormulaNode, parts: readonly (Dimension | 'any')[]): Dimension | 'any' => {
    const [first, ...others] = parts.filter((part): part is Dimension => part !== 'any');
    if (first === undefined) return 'any';
    if (!others.every((other) => sameDimension(first, other))) {
      const text = formula.text.slice(node.from, node.to);
      trouble ??= localized(
        `“${text}”把不同单位的量相加或相比`,
        `"${text}" adds or compares quantities of different units`,
      );
    }
    return first;
  };
  const walk = (node: FormulaNode): Dimension | 'any' => {
    switch (node.kind) {
      case 'number':
        return node.value.numerator === 0n ? 'any' : PURE;
      case 'name':
        return dimensionOf(unitOf(node.name));
      case 'negate':
        return walk(node.operand);
      case 'call':
        return meet(node, node.operands.map(walk));
      case 'binary': {
        const left = walk(node.left);
        const right = walk(node.right);
        if (node.operator === '+' || node.operator === '-') return meet(node, [left, right]);
        if (left === 'any') return 'any';
        return scale(left, right === 'any' ? PURE : right, node.operator === '*' ? 1 : -1);
      }
    }
  };
  const found = walk(formula.root);
  if (trouble !== undefined) return { ok: false, message: trouble };
  return { ok: true, value: found === 'any' ? PURE : found };
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Text of a value for people, with the unit it is usually read in; exact where that is short, else rounded. */
export function displayValue(value: Rational, unit: BaseUnit, decimals = 4): Localized {
  switch (unit) {
    case 'dm2': {
      if (value.numerator === 0n) return localized('0 平方米', '0 m²');
      const squareMetres = decimalText(multiply(value, rational(1n, 100n)), Math.max(2, decimals - 2));
      const mu = decimalText(multiply(value, rational(3n, 200_000n)), decimals);
      return localized(`${squareMetres} 平方米（${mu} 亩）`, `${squareMetres} m² (${mu} mu)`);
    }
    case 'ratio': {
      const text = `${trim(decimalText(multiply(value, rational(100n)), decimals))}%`;
      return localized(text, text);
    }
    case 'kg': {
      // Capacity is read in whole kilograms; decimals come in only where a comparison needs them.
      const text = trim(decimalText(value, Math.max(0, decimals - 4)));
      return localized(`${text} 公斤`, `${text} kg`);
    }
    case 'grade': {
      const text = trim(decimalText(value, decimals));
      return localized(`${text} 等`, `${text} (grade)`);
    }
    case 'yesNo':
      if (value.numerator === 0n) return localized('否', 'no');
      if (value.numerator === value.denominator) return localized('是', 'yes');
      return localized(trim(decimalText(value, decimals)), trim(decimalText(value, decimals)));
    case 'count': {
      const text = trim(decimalText(value, decimals));
      return localized(text, text);
    }
  }
}

/**
 * Both texts with as many decimals as it takes to tell them apart: a value a hair below its threshold never reads as
 * equal to it.
 */
export function displayAgainst(value: Rational, threshold: Rational, unit: BaseUnit): readonly [Localized, Localized] {
  for (let decimals = 4; ; decimals += 2) {
    const texts = [displayValue(value, unit, decimals), displayValue(threshold, unit, decimals)] as const;
    if (decimals >= 24 || compare(value, threshold) === 0 || texts[0].en !== texts[1].en) return texts;
  }
}
