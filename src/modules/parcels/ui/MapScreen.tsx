import { Link } from '@tanstack/react-router';
import { Tabs } from 'antd';
import { useMemo, useState } from 'react';
import { LAYER_ROLE_NAMES } from '../../../kernel/index.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Area, Count } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, LoadingPanel } from '../../../web/kit/feedback.tsx';
import { Fact, ScreenHead, SplitScreen } from '../../../web/kit/screen.tsx';
import { currentLayersOf, useCounty, useCurrentLayers } from '../../../web/map/current-layers.ts';
import { hiddenOf, hiddenText, LandLegend, LayerTree } from '../../../web/map/LayerTree.tsx';
import { MapView, type MapFocus } from '../../../web/map/MapView.tsx';
import type { MapPick } from '../../../web/map/picks.ts';
import type { LayerVersionView } from '../../../web/api/endpoints.ts';
import { useUrlState } from '../../../web/url-state.ts';
import { FeaturePanel } from './FeaturePanel.tsx';
import { ParcelList } from './ParcelList.tsx';

/** What lies over one another under a click: the parcel is opened, the zones are named. */
function PickedZones(props: { readonly picks: readonly MapPick[] }) {
  const { t, pick } = useI18n();
  const zones = props.picks.filter((each) => each.role !== 'parcels');
  if (zones.length === 0) return null;
  return (
    <section className="feature-panel">
      <h3>{t('map.here')}</h3>
      <dl className="attributes">
        {zones.map((zone) => (
          <div key={`${zone.layerVersionId}-${zone.featureNo}`}>
            <dt>{pick(LAYER_ROLE_NAMES[zone.role])}</dt>
            <dd>{zone.label ?? zone.id ?? `#${zone.featureNo}`}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function CountyMap(props: { readonly versions: readonly LayerVersionView[] }) {
  const { t } = useI18n();
  const [state, change] = useUrlState();
  const current = useMemo(() => currentLayersOf(props.versions), [props.versions]);
  const hidden = useMemo(() => hiddenOf(state.hide), [state.hide]);
  const [picks, setPicks] = useState<readonly MapPick[]>([]);
  const [focus, setFocus] = useState<MapFocus | undefined>(undefined);
  // A phone shows one side: the map first, the attributes once something on it was touched.
  const [side, setSide] = useState<'list' | 'map'>(state.tab === undefined ? 'map' : 'list');
  const parcels = current.byRole.get('parcels');
  const selected = state.parcel === undefined ? undefined : Number(state.parcel);

  if (current.layers.length === 0) {
    return (
      <EmptyPanel title={t('map.empty')} next={t('map.emptyNext')}>
        <Link to="/import">{t('nav.import')}</Link>
      </EmptyPanel>
    );
  }
  const items = [...current.layers]
    .reverse()
    .map((layer) => ({ key: layer.role, note: `${layer.sourceName} · ${layer.asOf}` }));
  const list = (
    <Tabs
      className="side-tabs"
      activeKey={state.tab ?? 'layers'}
      onChange={(tab) => change({ tab: tab === 'layers' ? undefined : tab }, { replace: true })}
      items={[
        {
          key: 'layers',
          label: t('map.layers'),
          children: (
            <div className="pad">
              <LayerTree
                items={items}
                hidden={hidden}
                onHidden={(next) => change({ hide: hiddenText(next) }, { replace: true })}
              />
              <h3 className="side-heading">{t('map.legend')}</h3>
              <LandLegend layerVersionId={parcels?.layerVersionId} />
            </div>
          ),
        },
        {
          key: 'list',
          label: t('map.list'),
          children:
            parcels === undefined ? (
              <EmptyPanel title={t('map.noParcels')} next={t('map.noParcelsNext')} />
            ) : (
              <ParcelList
                layer={parcels}
                selected={selected}
                onChoose={(feature) => {
                  change({ parcel: String(feature.featureNo) });
                  setPicks([]);
                  setSide('map');
                  if (feature.box !== null) setFocus({ key: `list:${feature.featureNo}`, place: feature.box });
                }}
              />
            ),
        },
        {
          key: 'feature',
          label: t('map.feature'),
          children: (
            <>
              {selected === undefined || parcels === undefined ? (
                <EmptyPanel title={t('map.nothingChosen')} next={t('map.nothingChosenNext')} />
              ) : (
                <FeaturePanel
                  role="parcels"
                  layerVersionId={parcels.layerVersionId}
                  featureNo={selected}
                  onClose={() => change({ parcel: undefined })}
                />
              )}
              <PickedZones picks={picks} />
            </>
          ),
        },
      ]}
    />
  );
  return (
    <>
      <ScreenHead
        title={t('map.title')}
        facts={
          parcels === undefined ? undefined : (
            <>
              <Fact label={t('map.parcels')}>
                <Count value={parcels.featureCount} />
              </Fact>
              <Fact label={t('map.area')}>
                <Area dm2={parcels.areaDm2} />
              </Fact>
              <Fact label={t('map.asOf')}>{parcels.asOf}</Fact>
              <Fact label={t('map.source')} minor>
                {parcels.sourceName}
              </Fact>
              <Fact label={t('map.crs')} minor>
                EPSG:{parcels.epsg}
              </Fact>
            </>
          )
        }
      />
      <SplitScreen
        side={side}
        onSide={setSide}
        listLabel="map.layersAndList"
        list={list}
        map={
          <MapView
            label={t('map.label')}
            layers={current.layers}
            hidden={hidden}
            home={current.box}
            position={state.at}
            onPosition={(at) => change({ at }, { replace: true })}
            focus={focus}
            selected={selected}
            onPick={(next) => {
              setPicks(next);
              const parcel = next.find((each) => each.role === 'parcels');
              change({ parcel: parcel === undefined ? undefined : String(parcel.featureNo), tab: 'feature' });
              setSide('list');
            }}
          />
        }
      />
    </>
  );
}

/** 一张图: every current layer of the county, and the same as a list. */
export function MapScreen() {
  const { t } = useI18n();
  const county = useCounty();
  const { query } = useCurrentLayers(county);
  if (county === undefined) {
    return (
      <EmptyPanel title={t('map.empty')} next={t('map.emptyNext')}>
        <Link to="/import">{t('nav.import')}</Link>
      </EmptyPanel>
    );
  }
  if (query.isPending) return <LoadingPanel rows={8} />;
  return <Loaded query={query}>{(versions) => <CountyMap key={county} versions={versions} />}</Loaded>;
}
