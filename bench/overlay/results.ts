import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { LayerFacts } from '../../tests/support/county/files.ts';
import type { CountyLayer } from '../../tests/support/county/files.ts';
import type { ClipperRun } from './clippers.ts';
import type { GeosRun } from './geos.ts';
import type { Usage } from './measured.ts';
import type { OurRun } from './ours.ts';
import type { Form, OverlayTime, QueryTime } from './postgis.ts';

/** Everything measured at one size, run by run; the report takes medians. */
export interface SizeResults {
  readonly size: string;
  readonly measured: string;
  readonly load: string;
  readonly layers: Readonly<Record<CountyLayer, LayerFacts>>;
  readonly ours: Record<string, OurRun[]>;
  readonly gdalRead: Usage[];
  readonly postgis: {
    load?: QueryTime;
    subdivide?: QueryTime;
    version?: string;
    readonly forms: Partial<Record<Form, Partial<Record<CountyLayer, OverlayTime[]>>>>;
  };
  readonly geos: Partial<Record<CountyLayer, (GeosRun | null)[]>>;
  clippers: ClipperRun[];
}

export function emptyResults(size: string, measured: string, load: string, layers: SizeResults['layers']): SizeResults {
  return { size, measured, load, layers, ours: {}, gdalRead: [], postgis: { forms: {} }, geos: {}, clippers: [] };
}

/** Results of earlier runs, kept beside the data, so that sizes and peers can be measured in several goes. */
export function readResults(path: string): SizeResults[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SizeResults[]) : [];
}

export function saveResults(path: string, results: readonly SizeResults[]): void {
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
}
