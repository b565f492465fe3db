import type { AreaDm2 } from '../../kernel/index.ts';
import { useI18n } from '../i18n/index.tsx';
import { AREA_UNIT_KEYS, formatArea, useAreaUnit } from '../units.tsx';

/** An area in the unit of the URL, in tabular numerals; the exact square metres on hover. */
export function Area(props: { readonly dm2: AreaDm2 | null | undefined; readonly bare?: boolean }) {
  const { t } = useI18n();
  const unit = useAreaUnit();
  if (props.dm2 === null || props.dm2 === undefined) return <span className="muted">—</span>;
  return (
    <span className="figures" title={`${formatArea(props.dm2, 'm2')} ${t('unit.m2')}`}>
      {formatArea(props.dm2, unit)}
      {props.bare === true ? null : <span className="unit"> {t(AREA_UNIT_KEYS[unit])}</span>}
    </span>
  );
}

/** A whole number, grouped. */
export function Count(props: { readonly value: number | null | undefined }) {
  const { locale } = useI18n();
  if (props.value === null || props.value === undefined) return <span className="muted">—</span>;
  return <span className="figures">{props.value.toLocaleString(locale)}</span>;
}

/** A moment in the reader's own time zone, to the minute. */
export function Moment(props: { readonly iso: string }) {
  const { locale } = useI18n();
  const text = new Date(props.iso).toLocaleString(locale, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  return (
    <time className="figures" dateTime={props.iso}>
      {text}
    </time>
  );
}
