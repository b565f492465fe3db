import { createContext, useContext, type ReactNode } from 'react';
import { formatHectares, formatMu, formatSquareMetres, type AreaDm2 } from '../kernel/index.ts';
import type { MessageKey } from './i18n/index.tsx';

/** Units areas are shown in. The figure itself stays whole dm² everywhere; a switch only formats anew. */
export const AREA_UNITS = ['m2', 'ha', 'mu'] as const;
export type AreaUnit = (typeof AREA_UNITS)[number];

export const AREA_UNIT_KEYS: Readonly<Record<AreaUnit, MessageKey>> = {
  m2: 'unit.m2',
  ha: 'unit.ha',
  mu: 'unit.mu',
};

export function areaUnitOf(text: string | undefined): AreaUnit {
  return AREA_UNITS.find((unit) => unit === text) ?? 'ha';
}

/** `1234567.80` → `1,234,567.80`: groups of three in both languages, as printed tables have them. */
export function groupDigits(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function formatArea(area: AreaDm2, unit: AreaUnit): string {
  const text = unit === 'm2' ? formatSquareMetres(area) : unit === 'ha' ? formatHectares(area) : formatMu(area);
  return groupDigits(text);
}

const UnitContext = createContext<AreaUnit>('ha');

export function UnitProvider(props: { readonly unit: AreaUnit; readonly children: ReactNode }) {
  return <UnitContext value={props.unit}>{props.children}</UnitContext>;
}

/** The unit in the URL. */
export function useAreaUnit(): AreaUnit {
  return useContext(UnitContext);
}
