import { useQuery } from '@tanstack/react-query';
import { Input, Pagination, Select } from 'antd';
import { dm2FromSquareMetres, LAND_CLASSES, FIRST_LEVEL_CLASSES } from '../../../kernel/index.ts';
import { featuresQuery, villagesQuery, type FeatureView, type LayerVersionView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Area } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { LandClassText } from '../../../web/kit/land-class.tsx';
import { pressed } from '../../../web/kit/problems.tsx';
import { useUrlState } from '../../../web/url-state.ts';

const PAGE_SIZE = 50;

const textOf = (feature: FeatureView, name: string): string | null => {
  const value = feature.attributes[name];
  return value === null || value === undefined || value === '' ? null : String(value);
};

function areaOf(feature: FeatureView): number | null {
  const value = feature.attributes['TBMJ'];
  return typeof value === 'number' && Number.isFinite(value) ? dm2FromSquareMetres(value) : null;
}

/** The parcels as a list: what the map shows, for those who search, sort and read. */
export function ParcelList(props: {
  readonly layer: LayerVersionView;
  readonly selected: number | undefined;
  readonly onChoose: (feature: FeatureView) => void;
}) {
  const { t, pick } = useI18n();
  const [state, change] = useUrlState();
  const page = Math.max(1, Number(state.page ?? 1) || 1);
  const query = useQuery(
    featuresQuery(props.layer.layerVersionId, {
      offset: (page - 1) * PAGE_SIZE,
      limit: PAGE_SIZE,
      search: state.q,
      class: state.class,
      village: state.village,
    }),
  );
  const villages = useQuery(villagesQuery(props.layer.countyCode));
  return (
    <div className="parcel-list">
      <div className="filters">
        <Input.Search
          allowClear
          size="small"
          aria-label={t('parcels.search')}
          placeholder={t('parcels.search')}
          defaultValue={state.q ?? ''}
          onSearch={(q) => change({ q: q === '' ? undefined : q, page: undefined })}
        />
        <Select
          size="small"
          allowClear
          showSearch={{ optionFilterProp: 'title' }}
          aria-label={t('parcels.class')}
          placeholder={t('parcels.class')}
          value={state.class ?? null}
          onChange={(value) => change({ class: value ?? undefined, page: undefined })}
          options={FIRST_LEVEL_CLASSES.map((first) => ({
            label: `${first.code} ${pick(first.name)}`,
            title: first.code,
            options: LAND_CLASSES.filter((landClass) => landClass.first === first.code).map((landClass) => ({
              value: landClass.code,
              title: `${landClass.code} ${pick(landClass.name)}`,
              label: `${landClass.code} ${pick(landClass.name)}`,
            })),
          }))}
        />
        <Select
          size="small"
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('parcels.village')}
          placeholder={t('parcels.village')}
          value={state.village ?? null}
          onChange={(value) => change({ village: value ?? undefined, page: undefined })}
          options={(villages.data ?? []).map((village) => ({ value: village.code, label: pick(village.name) }))}
        />
      </div>
      <Loaded query={query} rows={10}>
        {(value) =>
          value.total === 0 ? (
            <EmptyPanel title={t('parcels.nothing')} next={t('parcels.nothingNext')} />
          ) : (
            <>
              <div className="table-scroll">
                <table className="grid-table">
                  <thead>
                    <tr>
                      <th scope="col">{t('parcels.number')}</th>
                      <th scope="col">{t('parcels.class')}</th>
                      <th scope="col">{t('parcels.village')}</th>
                      <th scope="col" className="number">
                        {t('parcels.area')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {value.features.map((feature) => {
                      const choose = (): void => props.onChoose(feature);
                      const chosen = props.selected === feature.featureNo;
                      return (
                        <tr
                          key={feature.featureNo}
                          tabIndex={0}
                          className={chosen ? 'chosen' : ''}
                          aria-selected={chosen}
                          onClick={choose}
                          onKeyDown={pressed(choose)}
                        >
                          <td>
                            {textOf(feature, 'TBBH') ?? `#${feature.featureNo}`}
                            <span className="sub">{feature.id}</span>
                          </td>
                          <td>
                            <LandClassText code={textOf(feature, 'DLBM')} />
                          </td>
                          <td>{textOf(feature, 'ZLDWMC') ?? '—'}</td>
                          <td className="number">
                            <Area dm2={areaOf(feature)} bare />
                          </td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
              <div className="list-pages">
                <Pagination
                  size="small"
                  simple={{ readOnly: true }}
                  total={value.total}
                  pageSize={PAGE_SIZE}
                  current={page}
                  showSizeChanger={false}
                  onChange={(next) => change({ page: next === 1 ? undefined : String(next) })}
                />
                <span className="muted">{t('list.total', { total: value.total })}</span>
              </div>
            </>
          )
        }
      </Loaded>
    </div>
  );
}
