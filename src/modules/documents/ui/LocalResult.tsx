import { Tabs } from 'antd';
import { useMemo, useState } from 'react';
import type { CellAddress, FeatureDetail, PlanCollection } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { SplitScreen } from '../../../web/kit/screen.tsx';
import { MapView, type MapFocus } from '../../../web/map/MapView.tsx';
import { boxAround, boxOfCoordinates } from '../../../web/map/position.ts';
import { useUrlState } from '../../../web/url-state.ts';
import type { StoredBalance } from '../../balance/index.ts';
import { TableChooser } from '../../balance/ui/TableChooser.tsx';
import type { Findings, Verdict } from '../../compliance/index.ts';
import { FindingList } from '../../compliance/ui/FindingList.tsx';
import { ringsOfFeature } from '../../intake/index.ts';
import { cellView, parcelInRun } from '../../projects/index.ts';
import { TracePanel } from '../../projects/ui/TracePanel.tsx';
import { LocalEvidence } from './LocalEvidence.tsx';
import type { LocalOutcome, ReachedOutlines } from './local-protocol.ts';

/** Parcels behind a cell that are listed and drawn. */
const CELL_LIMIT = 2000;
const NONE: ReadonlySet<string> = new Set();
const TABS = ['findings', 'tables', 'evidence'] as const;
const verdictOf = (text: string | undefined): Verdict | undefined =>
  text === 'pass' || text === 'fail' || text === 'person' ? text : undefined;

/** Outlines by feature number, made when asked for: a plan may reach tens of thousands of parcels. */
function outlineMaker(parcels: ReachedOutlines): (featureNo: number) => number[][][][] | undefined {
  const index = new Map(Array.from(parcels.featureNos, (no, i) => [no, i]));
  return (featureNo) => {
    const i = index.get(featureNo);
    return i === undefined ? undefined : ringsOfFeature(parcels, parcels.lonLat, i);
  };
}

const settled = <T,>(data: T): { data: T; error: null; refetch(): void } => ({ data, error: null, refetch: () => {} });

/** What a run on this computer came to: the same tables and findings as a run of the server, with the plan and its parcels on a map. */
export function LocalResult(props: {
  readonly outcome: LocalOutcome;
  readonly balance: StoredBalance;
  readonly findings: Findings;
}) {
  const { t } = useI18n();
  const { outcome, balance, findings } = props;
  const [state, change] = useUrlState();
  const plan = useMemo(() => JSON.parse(outcome.planGeojson) as PlanCollection, [outcome]);
  const outlineOf = useMemo(() => outlineMaker(outcome.parcels), [outcome]);
  const tables = useMemo(() => balance.tables.map(({ table }) => table), [balance]);

  const address: CellAddress | undefined =
    state.table !== undefined && state.row !== undefined && state.column !== undefined
      ? { table: state.table, row: state.row, column: state.column }
      : undefined;
  const cell = useMemo(
    () => (address === undefined ? undefined : cellView(balance, address, 0, CELL_LIMIT)),
    // biome-ignore lint: an address is its three texts.
    [balance, address?.table, address?.row, address?.column],
  );
  const finding = findings.findings.find((each) => each.checkId === state.finding);
  const featureNo = state.parcel === undefined ? Number.NaN : Number(state.parcel);
  const selected = Number.isInteger(featureNo) ? featureNo : undefined;
  const used = useMemo(
    () => (selected === undefined ? undefined : (parcelInRun(balance, findings, selected) ?? null)),
    [balance, findings, selected],
  );

  const drawn = useMemo<readonly number[]>(() => {
    return (
      finding?.parcels.slice(0, CELL_LIMIT) ??
      cell?.parcels.flatMap((share) => (share.featureNo === null ? [] : [share.featureNo])) ??
      []
    );
  }, [finding, cell]);
  const parcels = useMemo(() => {
    const classes = new Map(balance.parcels.featureNos.map((no, i) => [no, balance.parcels.classCodes[i] ?? null]));
    return {
      type: 'FeatureCollection' as const,
      features: Array.from(outcome.parcels.featureNos, (no) => ({
        type: 'Feature',
        properties: { featureNo: no, class: classes.get(no) ?? null },
        geometry: { type: 'MultiPolygon', coordinates: outlineOf(no) },
      })),
    };
  }, [outcome, balance, outlineOf]);
  const highlightPlots = useMemo<readonly string[]>(() => {
    if (state.plot !== undefined) return [state.plot];
    if (finding !== undefined) return finding.plots;
    return [...new Set(cell?.parcels.flatMap((share) => share.plotId ?? []) ?? [])];
  }, [state.plot, finding, cell]);
  const focus = useMemo<MapFocus | undefined>(() => {
    const ofParcels = (featureNos: readonly number[]) =>
      featureNos.map((no) => {
        const coordinates = outlineOf(no);
        return coordinates === undefined ? undefined : boxOfCoordinates(coordinates);
      });
    const ofPlots = (plotIds: readonly string[]) =>
      plan.features
        .filter((feature) => plotIds.includes(String(feature.properties['plotId'] ?? '')))
        .map((feature) => boxOfCoordinates(feature.geometry.coordinates));
    const at = (key: string, boxes: Parameters<typeof boxAround>[0]): MapFocus | undefined => {
      const place = boxAround(boxes);
      return place === undefined ? undefined : { key, place };
    };
    if (state.plot !== undefined) return at(`plot:${state.plot}`, ofPlots([state.plot]));
    if (selected !== undefined) return at(`parcel:${selected}`, ofParcels([selected]));
    if (finding !== undefined)
      return at(`finding:${finding.checkId}`, [...ofPlots(finding.plots), ...ofParcels(drawn)]);
    if (cell !== undefined) return at(`cell:${cell.table}:${cell.row}:${cell.column}`, ofParcels(drawn));
    return undefined;
  }, [plan, outlineOf, drawn, state.plot, selected, finding, cell]);

  const tab =
    TABS.find((each) => each === state.tab) ??
    (state.tab === undefined && address !== undefined ? 'tables' : 'findings');
  const shown = tables.find((table) => table.id === state.table) ?? tables[0];
  const markedFindings = useMemo(() => new Set(used?.findings ?? []), [used]);
  const markedCells = useMemo(
    () =>
      used == null
        ? NONE
        : new Set(used.cells.filter((each) => each.table === shown?.id).map((each) => `${each.row} ${each.column}`)),
    [used, shown?.id],
  );
  const [side, setSide] = useState<'list' | 'map'>('list');
  const chooseCell = (next: CellAddress): void => {
    setSide('map');
    change({ ...next, tab: 'tables', finding: undefined, plot: undefined, parcel: undefined });
  };
  const chooseFinding = (checkId: string | undefined): void => {
    setSide('list');
    change({
      finding: checkId,
      tab: 'findings',
      table: undefined,
      row: undefined,
      column: undefined,
      plot: undefined,
      parcel: undefined,
    });
  };
  const chooseParcel = (no: number | undefined): void =>
    change({ parcel: no === undefined ? undefined : String(no), plot: undefined });

  const parcelIndex = selected === undefined ? -1 : balance.parcels.featureNos.indexOf(selected);
  const detail =
    parcelIndex < 0
      ? undefined
      : ({
          id: balance.parcels.bsm[parcelIndex] ?? null,
          attributes: { DLBM: balance.parcels.classCodes[parcelIndex] ?? null },
        } as unknown as FeatureDetail);

  return (
    <SplitScreen
      wide
      side={side}
      onSide={setSide}
      listLabel="analysis.results"
      list={
        <Tabs
          className="side-tabs"
          activeKey={tab}
          onChange={(next) => change({ tab: next }, { replace: true })}
          items={[
            {
              key: 'findings',
              label: `${t('analysis.findings')} ${findings.findings.length}`,
              children: (
                <FindingList
                  findings={findings}
                  verdict={verdictOf(state.verdict)}
                  chosen={state.finding}
                  marked={markedFindings}
                  onVerdict={(verdict) => change({ verdict }, { replace: true })}
                  onChoose={chooseFinding}
                  onParcel={(no) => {
                    setSide('map');
                    chooseParcel(no);
                  }}
                  onPlot={(plot) => {
                    setSide('map');
                    change({ plot, parcel: undefined });
                  }}
                />
              ),
            },
            {
              key: 'tables',
              label: `${t('analysis.tables')} ${tables.length}`,
              children: (
                <TableChooser
                  tables={tables}
                  shown={shown}
                  cell={address}
                  marked={markedCells}
                  onTable={(table) => change({ table, row: undefined, column: undefined, tab: 'tables' })}
                  onCell={chooseCell}
                />
              ),
            },
            {
              key: 'evidence',
              label: t('local.evidence'),
              children: <LocalEvidence outcome={outcome} />,
            },
          ]}
        />
      }
      map={
        <>
          <MapView
            label={t('analysis.mapLabel', { name: outcome.projectName ?? '' })}
            layers={[]}
            plan={plan}
            parcels={parcels}
            highlight={drawn}
            selected={selected}
            home={outcome.planBox ?? undefined}
            focus={focus}
            highlightPlots={highlightPlots}
            onPick={(picks) => chooseParcel(picks[0]?.featureNo)}
          />
          <TracePanel
            cellAddress={address}
            cell={cell === undefined ? undefined : settled(cell)}
            used={selected === undefined ? undefined : settled(used ?? null)}
            selected={selected}
            detail={detail}
            tables={tables}
            findings={findings.findings}
            onCell={chooseCell}
            onFinding={chooseFinding}
            onParcel={chooseParcel}
            onCloseCell={() => change({ table: undefined, row: undefined, column: undefined, tab: 'tables' })}
          />
        </>
      }
    />
  );
}
