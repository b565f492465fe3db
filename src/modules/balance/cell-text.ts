import { formatHectares, formatMu, formatSquareMetres } from '../../kernel/index.ts';
import type { Language } from '../../kernel/index.ts';
import type { Cell } from './table.ts';

/** The unit areas are shown in. */
export type AreaUnit = 'm2' | 'hectare' | 'mu';

/** `numerator / denominator` with so many decimals, halves away from zero, in whole-number arithmetic. */
export function formatRatio(numerator: number, denominator: number, decimals: number, percent: boolean): string {
  const [n, d] = [BigInt(numerator) * (percent ? 100n : 1n) * 10n ** BigInt(decimals), BigInt(denominator)];
  const magnitude = n < 0n ? -n : n;
  const rounded = (2n * magnitude + d) / (2n * d);
  const digits = String(rounded).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `${n < 0n && rounded !== 0n ? '-' : ''}${text}${percent ? '%' : ''}`;
}

/** What a cell says on paper or screen. */
export function cellText(cell: Cell, unit: AreaUnit, language: Language): string {
  if (cell === null) return '';
  switch (cell.kind) {
    case 'area':
      return unit === 'm2'
        ? formatSquareMetres(cell.dm2)
        : unit === 'mu'
          ? formatMu(cell.dm2)
          : formatHectares(cell.dm2);
    case 'count':
      return String(cell.value);
    case 'ratio':
      return formatRatio(cell.numerator, cell.denominator, cell.decimals, cell.percent);
    case 'text':
      return cell.text[language];
    case 'unknown':
      return language === 'zh' ? '无法判定' : 'not known';
  }
}
