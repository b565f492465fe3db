import { fileURLToPath } from 'node:url';
import { firstLineOf } from './machine.ts';
import { runMeasured } from './measured.ts';
import { LARGE_PARCEL_VERTICES } from './sizes.ts';

export interface GeosRun {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number;
  readonly pairs: number;
  readonly squareMetres: number;
  readonly version: string;
  readonly oneIn: number;
}

/** A Python that has shapely 2: the one named in `PYTHON`, else python3; undefined where there is none. */
export function pythonWithShapely(): string | undefined {
  return [process.env['PYTHON'], 'python3'].find(
    (python) => python !== undefined && firstLineOf(python, '-c', 'import shapely; shapely.STRtree; print(1)') === '1',
  );
}

/** One zone layer by vectorised GEOS; undefined where it did not end within the limit. */
export async function runGeos(
  python: string,
  parcels: string,
  zones: string,
  oneIn: number,
  limitSeconds: number,
): Promise<GeosRun | undefined> {
  const script = fileURLToPath(new URL('geos.py', import.meta.url));
  const args = [script, parcels, zones, String(oneIn), String(LARGE_PARCEL_VERTICES)];
  const { output, timedOut } = await runMeasured(python, args, { limitSeconds });
  return timedOut ? undefined : { ...(JSON.parse(output) as Omit<GeosRun, 'oneIn'>), oneIn };
}
