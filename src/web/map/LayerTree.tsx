import { useQuery } from '@tanstack/react-query';
import { Checkbox } from 'antd';
import { FIRST_LEVEL_CLASSES, LAND_CLASSES, LAYER_ROLE_NAMES, type LayerRole } from '../../kernel/index.ts';
import { layerSummaryQuery, statusQuery } from '../api/endpoints.ts';
import { useI18n, type MessageKey } from '../i18n/index.tsx';
import { Area } from '../kit/area.tsx';
import { AREA_UNIT_KEYS, useAreaUnit } from '../units.tsx';
import { Swatch } from '../kit/land-class.tsx';

/** Off until asked for: they cover everything under them. */
const HIDDEN_AT_FIRST: readonly string[] = ['basemap', 'slope', 'grade'];

/** Layers switched off, as the URL keeps them: `hide=slope,grade`; `hide=none` shows all; no word, the start view. */
export function hiddenOf(text: string | undefined): ReadonlySet<string> {
  if (text === undefined) return new Set(HIDDEN_AT_FIRST);
  return new Set(text.split(',').filter((part) => part !== '' && part !== 'none'));
}

export function hiddenText(hidden: ReadonlySet<string>): string | undefined {
  if (hidden.size === 0) return 'none';
  const text = [...hidden].sort().join(',');
  return text === [...HIDDEN_AT_FIRST].sort().join(',') ? undefined : text;
}

export interface TreeItem {
  readonly key: LayerRole | 'plan' | 'basemap';
  /** What stands behind it: the file, the date. */
  readonly note?: string;
}

/** Which layers the map draws, from top to bottom, each with its line. */
export function LayerTree(props: {
  readonly items: readonly TreeItem[];
  readonly hidden: ReadonlySet<string>;
  readonly onHidden: (hidden: ReadonlySet<string>) => void;
}) {
  const { t, pick } = useI18n();
  const { data: status } = useQuery(statusQuery);
  const items: readonly TreeItem[] = status?.basemap === true ? [...props.items, { key: 'basemap' }] : props.items;
  return (
    <ul className="layer-tree" aria-label={t('map.layers')}>
      {items.map((item) => (
        <li key={item.key}>
          <Checkbox
            checked={!props.hidden.has(item.key)}
            onChange={(event) => {
              const next = new Set(props.hidden);
              if (event.target.checked) next.delete(item.key);
              else next.add(item.key);
              props.onHidden(next);
            }}
          >
            <span className={`layer-line layer-line-${item.key}`} aria-hidden="true" />
            {item.key === 'plan'
              ? t('map.plan')
              : item.key === 'basemap'
                ? t('map.basemap')
                : pick(LAYER_ROLE_NAMES[item.key])}
            {item.note === undefined ? null : <span className="sub">{item.note}</span>}
          </Checkbox>
        </li>
      ))}
    </ul>
  );
}

/**
 * Land classes in the order of the official tables, in the survey's colours, each with its area in the layer. Classes the
 * layer does not have are left out; without a layer all are shown.
 */
export function LandLegend(props: { readonly layerVersionId: string | undefined }) {
  const { t, pick } = useI18n();
  const unit = useAreaUnit();
  const { data: summary } = useQuery({
    ...layerSummaryQuery(props.layerVersionId ?? ''),
    enabled: props.layerVersionId !== undefined,
  });
  const areas = new Map(summary?.classes.map((each) => [each.code, each.areaDm2]));
  const known = LAND_CLASSES.filter((landClass) => summary === undefined || areas.has(landClass.code));
  return (
    <div className="legend" aria-label={t('map.legend')} role="group">
      {summary === undefined ? null : <p className="legend-unit">{t('map.unit', { unit: t(AREA_UNIT_KEYS[unit]) })}</p>}
      {FIRST_LEVEL_CLASSES.map((first) => {
        const classes = known.filter((landClass) => landClass.first === first.code);
        if (classes.length === 0) return null;
        const total = classes.reduce((sum, landClass) => sum + (areas.get(landClass.code) ?? 0), 0);
        return (
          <details key={first.code} open={first.code === '01'}>
            <summary>
              <span className="legend-name">
                <span className="figures">{first.code}</span> {pick(first.name)}
              </span>
              <span className="legend-strip" aria-hidden="true">
                {classes.slice(0, 6).map((landClass) => (
                  <Swatch key={landClass.code} code={landClass.code} />
                ))}
              </span>
              {summary === undefined ? null : <Area dm2={total} bare />}
            </summary>
            <ul>
              {classes.map((landClass) => (
                <li key={landClass.code}>
                  <span>
                    <Swatch code={landClass.code} />
                    <span className="figures">{landClass.code}</span> {pick(landClass.name)}
                  </span>
                  {summary === undefined ? null : <Area dm2={areas.get(landClass.code)} bare />}
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}

const PLAN_KINDS: readonly (readonly [string, MessageKey])[] = [
  ['project', 'plan.project'],
  ['new', 'plan.kind.new'],
  ['upgrade', 'plan.kind.upgrade'],
  ['clear', 'plan.kind.clear'],
  ['build', 'plan.kind.build'],
  ['none', 'plan.kind.none'],
  ['out', 'plan.change.out'],
  ['in', 'plan.change.in'],
];

export function PlanLegend() {
  const { t } = useI18n();
  return (
    <ul className="plan-legend" aria-label={t('map.planLegend')}>
      {PLAN_KINDS.map(([kind, key]) => (
        <li key={kind}>
          <span className={`plan-key plan-key-${kind}`} aria-hidden="true" />
          {t(key)}
        </li>
      ))}
    </ul>
  );
}
