import { useQueries, useQuery } from '@tanstack/react-query';
import { Tabs } from 'antd';
import { useMemo, useState } from 'react';
import {
  balanceQuery,
  cellQuery,
  featureQuery,
  findingsQuery,
  parcelInRunQuery,
  type PlanCollection,
  type ProjectView,
  type RunView,
} from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Loaded } from '../../../web/kit/feedback.tsx';
import { NoSurvey } from '../../../web/kit/only-look.tsx';
import { Panel, SplitScreen } from '../../../web/kit/screen.tsx';
import { DRAWING_ORDER } from '../../../web/map/current-layers.ts';
import { hiddenOf, hiddenText } from '../../../web/map/LayerTree.tsx';
import { MapLayersButton } from '../../../web/map/MapLayersButton.tsx';
import { MapView, type MapFocus } from '../../../web/map/MapView.tsx';
import { boxAround, boxOfCoordinates } from '../../../web/map/position.ts';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { TableChooser } from '../../balance/ui/TableChooser.tsx';
import type { Verdict } from '../../compliance/index.ts';
import { FindingList } from '../../compliance/ui/FindingList.tsx';
import { TracePanel } from './TracePanel.tsx';

/** Parcels fetched to find where to bring the map; a finding may name thousands. */
const FOCUS_SAMPLE = 24;
/** Parcels behind a cell that are listed and highlighted. */
export const CELL_LIMIT = 2000;

const NONE: ReadonlySet<string> = new Set();
const verdictOf = (text: string | undefined): Verdict | undefined =>
  text === 'pass' || text === 'fail' || text === 'person' ? text : undefined;

/**
 * Tables, findings and the map of a run, linked both ways: a cell or a finding lights its parcels, a parcel names the
 * cells and findings it stands in. All of it is in the address.
 */
export function RunResult(props: {
  readonly project: ProjectView;
  readonly run: RunView;
  readonly plan: PlanCollection | undefined;
}) {
  const { t } = useI18n();
  const { project, run, plan } = props;
  const [state, change] = useUrlState();
  const tables = useQuery(balanceQuery(run.runId));
  const findings = useQuery(findingsQuery(run.runId));

  // Figures and findings are for all; the parcels behind them for those who may see the survey.
  const mayTrace = useMay('GET', '/api/runs/:runId/cell');
  const layers = useMemo(
    () => (mayTrace ? DRAWING_ORDER.flatMap((role) => run.inputs.filter((input) => input.role === role)) : []),
    [run.inputs, mayTrace],
  );
  const parcelLayer = !mayTrace ? undefined : run.inputs.find((input) => input.role === 'parcels')?.layerVersionId;
  const hidden = useMemo(() => hiddenOf(state.hide), [state.hide]);

  const cellAddress =
    state.table !== undefined && state.row !== undefined && state.column !== undefined
      ? { table: state.table, row: state.row, column: state.column }
      : undefined;
  const cell = useQuery({
    ...cellQuery(run.runId, cellAddress ?? { table: '', row: '', column: '' }, CELL_LIMIT),
    enabled: mayTrace && cellAddress !== undefined,
  });
  const finding = findings.data?.findings.find((each) => each.checkId === state.finding);
  const featureNo = state.parcel === undefined ? undefined : Number(state.parcel);
  const selected = featureNo !== undefined && Number.isInteger(featureNo) ? featureNo : undefined;
  const used = useQuery({ ...parcelInRunQuery(run.runId, selected ?? 0), enabled: mayTrace && selected !== undefined });

  const cellData = cellAddress === undefined ? undefined : cell.data;
  const highlight = useMemo<readonly number[]>(() => {
    if (finding !== undefined) return finding.parcels;
    return cellData?.parcels.flatMap((share) => (share.featureNo === null ? [] : [share.featureNo])) ?? [];
  }, [finding, cellData]);
  const highlightPlots = useMemo<readonly string[]>(() => {
    if (state.plot !== undefined) return [state.plot];
    if (finding !== undefined) return finding.plots;
    return [...new Set(cellData?.parcels.flatMap((share) => share.plotId ?? []) ?? [])];
  }, [state.plot, finding, cellData]);

  const wanted = selected !== undefined ? [selected] : (finding?.parcels.slice(0, FOCUS_SAMPLE) ?? []);
  const details = useQueries({
    queries: wanted.map((no) => ({ ...featureQuery(parcelLayer ?? '', no), enabled: parcelLayer !== undefined })),
  });
  const detailBox = boxAround(details.map((detail) => detail.data?.box));
  const detailsReady = details.every((detail) => !detail.isPending);

  const focus = useMemo<MapFocus | undefined>(() => {
    const plotBox = (plotIds: readonly string[]) =>
      boxAround(
        plan?.features
          .filter((feature) => plotIds.includes(String(feature.properties['plotId'] ?? '')))
          .map((feature) => boxOfCoordinates(feature.geometry.coordinates)) ?? [],
      );
    const at = (key: string, place: MapFocus['place'] | undefined): MapFocus | undefined =>
      place === undefined ? undefined : { key, place };
    if (state.plot !== undefined) return at(`plot:${state.plot}`, plotBox([state.plot]));
    if (selected !== undefined) return at(`parcel:${selected}`, detailBox);
    if (finding !== undefined) {
      const plots = plotBox(finding.plots);
      if (!detailsReady && plots === undefined) return undefined;
      return at(`finding:${finding.checkId}`, boxAround([plots, detailBox]));
    }
    if (cellData !== undefined) {
      return at(
        `cell:${cellData.table}:${cellData.row}:${cellData.column}`,
        boxAround(cellData.parcels.map((share) => share.box)),
      );
    }
    return undefined;
    // detailBox is a fresh array each time: its text stands for it.
    // biome-ignore lint: see above.
  }, [plan, state.plot, selected, finding, cellData, detailsReady, detailBox?.join(',')]);

  const usedData = selected === undefined ? undefined : (used.data ?? undefined);
  const markedFindings = useMemo(() => new Set(usedData?.findings ?? []), [usedData]);
  const tab = state.tab === 'tables' || (state.tab === undefined && cellAddress !== undefined) ? 'tables' : 'findings';
  const shownTable = tables.data?.find((table) => table.id === state.table) ?? tables.data?.[0];
  const markedCells = useMemo(
    () =>
      usedData === undefined
        ? NONE
        : new Set(
            usedData.cells.filter((used) => used.table === shownTable?.id).map((used) => `${used.row} ${used.column}`),
          ),
    [usedData, shownTable?.id],
  );
  // On a phone the parcels behind a figure are on the other side: go there with it.
  const [side, setSide] = useState<'list' | 'map'>('list');
  const chooseCell = (address: { table: string; row: string; column: string }): void => {
    setSide('map');
    change({ ...address, tab: 'tables', finding: undefined, plot: undefined, parcel: undefined });
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

  const list = (
    <Tabs
      className="side-tabs"
      activeKey={tab}
      onChange={(next) => change({ tab: next }, { replace: true })}
      items={[
        {
          key: 'findings',
          label: `${t('analysis.findings')}${findings.data === undefined ? '' : ` ${findings.data.findings.length}`}`,
          children: (
            <Loaded query={findings}>
              {(value) => (
                <FindingList
                  findings={value}
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
              )}
            </Loaded>
          ),
        },
        {
          key: 'tables',
          label: `${t('analysis.tables')}${tables.data === undefined ? '' : ` ${tables.data.length}`}`,
          children: (
            <Loaded query={tables}>
              {(value) => (
                <TableChooser
                  tables={value}
                  shown={shownTable}
                  cell={cellAddress}
                  marked={markedCells}
                  onTable={(table) => change({ table, row: undefined, column: undefined, tab: 'tables' })}
                  onCell={chooseCell}
                />
              )}
            </Loaded>
          ),
        },
      ]}
    />
  );

  if (!mayTrace) {
    return (
      <div className="page">
        <NoSurvey />
        <Panel flush>{list}</Panel>
      </div>
    );
  }
  return (
    <SplitScreen
      wide
      side={side}
      onSide={setSide}
      listLabel="analysis.results"
      list={list}
      map={
        <>
          <MapLayersButton
            items={[{ key: 'plan' as const }, ...[...layers].reverse().map((layer) => ({ key: layer.role }))]}
            hidden={hidden}
            onHidden={(next) => change({ hide: hiddenText(next) }, { replace: true })}
          />
          <MapView
            label={t('analysis.mapLabel', { name: project.name })}
            layers={layers}
            hidden={hidden}
            plan={plan}
            home={project.box ?? undefined}
            position={state.at}
            onPosition={(at) => change({ at }, { replace: true })}
            focus={focus}
            highlight={highlight}
            selected={selected}
            highlightPlots={highlightPlots}
            onPick={(picks) => {
              const parcel = picks.find((pickOne) => pickOne.role === 'parcels');
              chooseParcel(parcel?.featureNo);
            }}
          />
          <TracePanel
            cellAddress={cellAddress}
            cell={cellAddress === undefined ? undefined : cell}
            used={selected === undefined ? undefined : used}
            selected={selected}
            detail={selected === undefined ? undefined : details[0]?.data}
            tables={tables.data ?? []}
            findings={findings.data?.findings ?? []}
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
