import { COUNTY_ZONE_LAYERS } from '../../tests/support/county/files.ts';
import { loadLine, machineLine, today } from './machine.ts';
import { median } from './measured.ts';
import type { OurRun } from './ours.ts';
import { type Form, FORMS, type OverlayTime, SUBDIVIDED_VERTICES } from './postgis.ts';
import type { SizeResults } from './results.ts';
import { LARGE_PARCEL_VERTICES } from './sizes.ts';

const seconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)}`;
const thousands = (value: number): string => Math.round(value).toLocaleString('en');
const runsText = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);
const times = (value: number): string => `${value >= 10 ? Math.round(value) : value.toFixed(1)}×`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const medianOf = <T>(runs: readonly T[], of: (run: T) => number): number => median(runs.map(of));

/** Vertices of all six layers. */
function verticesOf({ layers }: SizeResults): number {
  return Object.values(layers).reduce((sum, { vertices }) => sum + vertices, 0);
}

/** One form of the query over all zone layers; undefined where a layer is missing. */
export function formTotal(result: SizeResults, form: Form): (OverlayTime & { readonly runs: number }) | undefined {
  const byLayer = result.postgis.forms[form];
  const runs = COUNTY_ZONE_LAYERS.map((layer) => byLayer?.[layer]);
  if (runs.some((layer) => layer === undefined || layer.length === 0)) return undefined;
  const sum = (of: (run: OverlayTime) => number): number => runs.reduce((s, layer) => s + medianOf(layer!, of), 0);
  return {
    cpuSeconds: sum((run) => run.cpuSeconds),
    wallSeconds: sum((run) => run.wallSeconds),
    pairs: sum((run) => run.pairs),
    squareMetres: sum((run) => run.squareMetres),
    oneIn: Math.max(...runs.map((layer) => layer![0]!.oneIn)),
    stopped: runs.some((layer) => layer!.some((run) => run.stopped)),
    runs: Math.min(...runs.map((layer) => layer!.length)),
  };
}

/** The quickest form of each layer, added up: better than any one statement for all layers. */
function bestSqlCpu(result: SizeResults): { readonly cpuSeconds: number; readonly forms: string } | undefined {
  let cpuSeconds = 0;
  const chosen: string[] = [];
  for (const layer of COUNTY_ZONE_LAYERS) {
    let best = Number.POSITIVE_INFINITY;
    let name = '';
    for (const form of Object.keys(FORMS) as Form[]) {
      const runs = result.postgis.forms[form]?.[layer];
      if (runs === undefined || runs.length === 0 || runs.some((run) => run.stopped)) continue;
      const cpu = medianOf(runs, (run) => run.cpuSeconds);
      if (cpu < best) [best, name] = [cpu, form];
    }
    if (name === '') return undefined;
    cpuSeconds += best;
    chosen.push(`${layer}: ${name}`);
  }
  return { cpuSeconds, forms: chosen.join(', ') };
}

function geosTotal(result: SizeResults) {
  const runs = COUNTY_ZONE_LAYERS.map((layer) => result.geos[layer]?.filter((run) => run !== null) ?? []);
  if (runs.some((layer) => layer.length === 0)) return undefined;
  return {
    cpuSeconds: runs.reduce((sum, layer) => sum + medianOf(layer, (run) => run.cpuSeconds), 0),
    wallSeconds: runs.reduce((sum, layer) => sum + medianOf(layer, (run) => run.wallSeconds), 0),
    peakBytes: Math.max(...runs.flatMap((layer) => layer.map((run) => run.peakBytes))),
    pairs: runs.reduce((sum, layer) => sum + medianOf(layer, (run) => run.pairs), 0),
    oneIn: Math.max(...runs.map((layer) => layer[0]!.oneIn)),
    version: runs[0]![0]!.version,
  };
}

/** What is compared with the others: the compiled kernel on one thread listing pairs, where it is there. */
function reference(result: SizeResults): readonly [name: string, runs: readonly OurRun[]] {
  const order = ['compiled, 1 thread, pairs as CSV', 'plain, 1 thread, pairs as CSV'];
  const name = order.find((candidate) => (result.ours[candidate]?.length ?? 0) > 0)!;
  return [name, result.ours[name]!];
}

function sizeSection(result: SizeResults): string {
  const lines: string[] = [];
  const facts = result.layers;
  lines.push(`## ${result.size}: ${thousands(facts.parcels.features)} parcels`);
  lines.push(`Measured ${result.measured}, load average at the start ${result.load}.`);
  lines.push(
    table(
      ['layer', 'polygons', 'vertices', 'holes', 'vertices of the largest'],
      Object.entries(facts).map(([name, fact]) => [
        name,
        thousands(fact.features),
        thousands(fact.vertices),
        thousands(fact.holes),
        thousands(fact.largestVertices),
      ]),
    ),
  );
  const [referenceName, referenceRuns] = reference(result);
  const base = medianOf(referenceRuns, (run) => run.cpuSeconds);
  const rows: string[][] = Object.entries(result.ours).map(([name, runs]) => [
    name === referenceName ? `**Tianchou, ${name}**` : `Tianchou, ${name}`,
    seconds(medianOf(runs, (run) => run.cpuSeconds)),
    seconds(medianOf(runs, (run) => run.wallSeconds)),
    megabytes(Math.max(...runs.map((run) => run.peakBytes))),
    thousands(runs[0]!.pairs),
    times(medianOf(runs, (run) => run.cpuSeconds) / base),
    `${runsText(runs.length)}; reading ${seconds(medianOf(runs, (run) => run.readCpuSeconds))}, checking rings ${seconds(medianOf(runs, (run) => run.checkCpuSeconds))}, computing ${seconds(medianOf(runs, (run) => run.computeCpuSeconds))}`,
  ]);
  for (const form of Object.keys(FORMS) as Form[]) {
    const total = formTotal(result, form);
    if (total === undefined) continue;
    rows.push([
      `PostGIS, ${FORMS[form].name}`,
      `${total.stopped ? '> ' : ''}${seconds(total.cpuSeconds)}`,
      seconds(total.wallSeconds),
      '',
      thousands(total.pairs),
      `${total.stopped ? '> ' : ''}${times(total.cpuSeconds / base)}`,
      [
        runsText(total.runs),
        ...(total.oneIn > 1
          ? [`one in ${total.oneIn} of the parcels under ${LARGE_PARCEL_VERTICES} vertices and all larger ones`]
          : []),
        ...(total.stopped ? ['stopped at the limit'] : []),
      ].join('; '),
    ]);
  }
  const best = bestSqlCpu(result);
  if (best !== undefined)
    rows.push([
      'PostGIS, quickest form of each layer',
      seconds(best.cpuSeconds),
      '',
      '',
      '',
      times(best.cpuSeconds / base),
      best.forms,
    ]);
  const geos = geosTotal(result);
  if (geos !== undefined) {
    rows.push([
      `${geos.version}, STRtree + prepared covers + intersection, zones whole`,
      seconds(geos.cpuSeconds),
      seconds(geos.wallSeconds),
      geos.oneIn > 1 ? '' : megabytes(geos.peakBytes),
      thousands(geos.pairs),
      times(geos.cpuSeconds / base),
      geos.oneIn > 1
        ? `one in ${geos.oneIn} of the parcels under ${LARGE_PARCEL_VERTICES} vertices and all larger ones`
        : 'all parcels',
    ]);
  }
  if (result.gdalRead.length > 0) {
    rows.push([
      'GDAL, mere reading (`ogr2ogr -f Memory`)',
      seconds(medianOf(result.gdalRead, (run) => run.cpuSeconds)),
      seconds(medianOf(result.gdalRead, (run) => run.wallSeconds)),
      megabytes(Math.max(...result.gdalRead.map((run) => run.peakBytes))),
      '',
      times(medianOf(result.gdalRead, (run) => run.cpuSeconds) / base),
      runsText(result.gdalRead.length),
    ]);
  }
  lines.push(table(['five layers', 'CPU s', 'wall s', 'peak MB', 'pairs', 'CPU ÷ ours', 'note'], rows));
  if (result.postgis.load !== undefined) {
    lines.push(
      `PostGIS apart: loading and indexing ${seconds(result.postgis.load.cpuSeconds)} s CPU, subdividing the zones ${seconds(result.postgis.subdivide!.cpuSeconds)} s CPU. Ours includes reading, checking every ring and indexing.`,
    );
    const forms = (Object.keys(FORMS) as Form[]).filter((form) => result.postgis.forms[form] !== undefined);
    lines.push(
      table(
        ['PostGIS CPU s by layer', ...COUNTY_ZONE_LAYERS],
        forms.map((form) => [
          FORMS[form].name,
          ...COUNTY_ZONE_LAYERS.map((layer) => {
            const runs = result.postgis.forms[form]?.[layer] ?? [];
            return runs.length === 0
              ? '–'
              : `${runs.some((run) => run.stopped) ? '> ' : ''}${seconds(medianOf(runs, (run) => run.cpuSeconds))}`;
          }),
        ]),
      ),
    );
  }
  if (result.clippers.length > 0) {
    lines.push(
      table(
        ['JavaScript clipper', 'layer', 'µs a pair', 'pairs that need it', 'extrapolated CPU s', 'threw', 'worst m²'],
        result.clippers.map((run) => [
          run.library,
          run.layer,
          `${thousands(run.microsecondsPerPair)} (${run.sampled} pairs)`,
          thousands(run.pairs),
          seconds(run.extrapolatedCpuSeconds),
          String(run.failed),
          run.worst.toExponential(1),
        ]),
      ),
    );
  }
  return lines.join('\n\n');
}

interface Target {
  readonly what: string;
  readonly asked: string;
  readonly found: string;
  readonly met: boolean | undefined;
}

function targets(results: readonly SizeResults[]): Target[] {
  const large = results.find(({ size }) => size === '300k') ?? results.at(-1)!;
  const [name, runs] = reference(large);
  const base = medianOf(runs, (run) => run.cpuSeconds);
  const list: Target[] = [];
  const atLeast = (what: string, asked: number, found: number | undefined, note = ''): void => {
    list.push({
      what: `${what}, ${large.size}`,
      asked: `≥ ${asked}×`,
      found: found === undefined ? 'not measured' : `${times(found)}${note}`,
      met: found === undefined ? undefined : found >= asked,
    });
  };
  const best = bestSqlCpu(large);
  atLeast('less CPU than the best SQL of each layer', 50, best && best.cpuSeconds / base);
  const lateral = formTotal(large, 'lateral');
  atLeast('less CPU than the LATERAL query', 50, lateral && lateral.cpuSeconds / base);
  const naive = formTotal(large, 'naive');
  atLeast('less CPU than the usual join', 150, naive && naive.cpuSeconds / base, naive?.stopped ? ' at least' : '');
  const geos = geosTotal(large);
  atLeast('less CPU than vectorised GEOS', 60, geos && geos.cpuSeconds / base);
  const compute = medianOf(runs, (run) => run.computeCpuSeconds);
  const perVertex = (compute * 1e9) / (verticesOf(large) * COUNTY_ZONE_LAYERS.length);
  list.push({
    what: `computing per vertex and layer, ${large.size}`,
    asked: '≤ 25 ns',
    found: `${perVertex.toFixed(1)} ns`,
    met: perVertex <= 25,
  });
  const balanceRuns = large.ours[name.replace('pairs as CSV', 'balance.json')];
  if (balanceRuns !== undefined) {
    const peak = Math.max(...balanceRuns.map((run) => run.peakBytes)) / 1e9;
    list.push({
      what: `peak memory, balance.json, ${large.size}`,
      asked: '≤ 0.8 GB',
      found: `${peak.toFixed(2)} GB`,
      met: peak <= 0.8,
    });
    if (large.gdalRead.length > 0) {
      const read = medianOf(large.gdalRead, (run) => run.cpuSeconds);
      const official = medianOf(balanceRuns, (run) => run.officialCpuSeconds ?? 0);
      const ratio = (medianOf(balanceRuns, (run) => run.cpuSeconds) - official) / read;
      list.push({
        what: `files → overlay + balance.json against the mere reading by GDAL, CPU, ${large.size} (official areas apart: ${seconds(official)} s)`,
        asked: '≤ 2×',
        found: times(ratio),
        met: ratio <= 2,
      });
    }
  }
  const peak = Math.max(...runs.map((run) => run.peakBytes)) / 1e9;
  list.push({
    what: `peak memory, pairs, ${large.size}`,
    asked: '≤ 0.8 GB',
    found: `${peak.toFixed(2)} GB`,
    met: peak <= 0.8,
  });
  for (let i = 1; i < results.length; i++) {
    const [small, big] = [results[i - 1]!, results[i]!];
    const growth = (of: (run: OurRun) => number): number =>
      Math.log(medianOf(reference(big)[1], of) / medianOf(reference(small)[1], of)) /
      Math.log(verticesOf(big) / verticesOf(small));
    const exponent = growth((run) => run.computeCpuSeconds);
    list.push({
      what: `growth exponent of computing, ${small.size} → ${big.size} (whole process ${growth((run) => run.cpuSeconds).toFixed(2)})`,
      asked: '≤ 1.0',
      found: exponent.toFixed(2),
      met: exponent <= 1.0,
    });
  }
  const two = large.ours[name.replace('1 thread', '2 threads')];
  if (two !== undefined) {
    const ratio = medianOf(runs, (run) => run.computeWallSeconds) / medianOf(two, (run) => run.computeWallSeconds);
    const whole = medianOf(runs, (run) => run.wallSeconds) / medianOf(two, (run) => run.wallSeconds);
    list.push({
      what: `2 workers against 1, wall of computing, ${large.size} (whole process ${whole.toFixed(2)}×)`,
      asked: '≥ 1.8× when two cores are free',
      found: `${ratio.toFixed(2)}×`,
      met: ratio >= 1.8,
    });
  }
  return list;
}

/** The evidence as a document. */
export function report(results: readonly SizeResults[], exactness: string): string {
  const order = [...results].sort((a, b) => a.layers.parcels.features - b.layers.parcels.features);
  const version = order.find(({ postgis }) => postgis.version !== undefined)?.postgis.version ?? '';
  const postgresql = /PostgreSQL [\d.]+/.exec(version)?.[0];
  const postgis = /POSTGIS="([\d.]+)/.exec(version)?.[1];
  const geos = /GEOS="([\d.]+)/.exec(version)?.[1];
  return `${[
    '# Overlay',
    `${today()} · ${machineLine()} · load average while writing ${loadLine()}`,
    [
      'Every parcel of a county with every zone of five layers: `npm run bench:overlay` (data: a seeded generator, tests/support/county;',
      'FlatGeobuf, EPSG 4490). Ours is the whole process from the files, with every ring checked; the others begin with their data',
      `loaded and indexed${postgis === undefined ? '' : `: ${postgresql}, PostGIS ${postgis}, GEOS ${geos}, zones subdivided at ${SUBDIVIDED_VERTICES} vertices`}.`,
      'All compute on the same equal-area plane coordinates. CPU is user + system as the kernel counted it, with parallel workers;',
      'medians of alternating runs. The machine was shared with other work: wall times are upper bounds, CPU ratios hold.',
    ].join('\n'),
    '## Asked and found',
    `Ours in these ratios: ${reference(order.at(-1)!)[0]}. Peers of which one in so many parcels was computed are extrapolated; the pairs they name show how well.`,
    table(
      ['', 'asked', 'found', ''],
      targets(order).map(({ what, asked, found, met }) => [
        what,
        asked,
        found,
        met === undefined ? '–' : met ? 'met' : '**not met**',
      ]),
    ),
    ...order.map(sizeSection),
    exactness,
  ].join('\n\n')}\n`;
}
