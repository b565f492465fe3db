import { crsOf, fromLonLat } from '../../geometry/index.ts';
import { assert } from '../../kernel/index.ts';
import type { OldDatum } from './crs-names.ts';

/**
 * The seven parameters 七参数 (Bursa–Wolf) from an old datum to CGCS2000, rotations in the coordinate-frame sense used in
 * China (EPSG method 9607): X' = ΔX + (1 + m)(X + εz·Y − εy·Z), and so on round.
 */
export interface SevenParameters {
  readonly dxMetres: number;
  readonly dyMetres: number;
  readonly dzMetres: number;
  readonly rxSeconds: number;
  readonly rySeconds: number;
  readonly rzSeconds: number;
  readonly scalePpm: number;
}

/** Reads `X平移,Y平移,Z平移,X旋转,Y旋转,Z旋转,尺度参数` (m, ″, ppm). Undefined where it is empty, all zero or not seven numbers. */
export function sevenParametersOf(text: string): SevenParameters | undefined {
  const values = text
    .normalize('NFKC')
    .split(/[,，;\s]+/)
    .filter((value) => value !== '')
    .map(Number);
  if (values.length !== 7 || values.some((value) => !Number.isFinite(value)) || values.every((value) => value === 0))
    return undefined;
  const [dxMetres, dyMetres, dzMetres, rxSeconds, rySeconds, rzSeconds, scalePpm] = values as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { dxMetres, dyMetres, dzMetres, rxSeconds, rySeconds, rzSeconds, scalePpm };
}

interface Ellipsoid {
  readonly a: number;
  readonly f: number;
}

const ELLIPSOIDS: Readonly<Record<OldDatum, Ellipsoid>> = {
  xian80: { a: 6_378_140, f: 1 / 298.257 },
  beijing54: { a: 6_378_245, f: 1 / 298.3 },
};
const CGCS2000: Ellipsoid = { a: 6_378_137, f: 1 / 298.257222101 };
const RADIANS_PER_DEGREE = Math.PI / 180;
const RADIANS_PER_SECOND = Math.PI / 648_000;

/** A conversion of delivered coordinates to CGCS2000 that the reader has to carry out. */
export interface DatumShift {
  readonly datum: OldDatum;
  readonly parameters: SevenParameters;
}

/**
 * Converts x,y pairs of an old datum to CGCS2000, in the same strip (or in degrees): inverse Gauss–Krüger on the old
 * ellipsoid, geocentric coordinates at height 0, the seven parameters, and back on the CGCS2000 ellipsoid. Height 0
 * costs less than a millimetre per 100 m of height, far below what the parameters are good for.
 *
 * @param epsg the CGCS2000 CRS of the same strip and prefix: what the result is in
 */
export function shiftToCgcs2000(
  coords: ArrayLike<number>,
  epsg: number,
  { datum, parameters }: DatumShift,
): Float64Array {
  const crs = crsOf(epsg);
  assert(crs !== undefined, 'no CGCS2000 strip to shift to');
  const old = ELLIPSOIDS[datum];
  const inverse = crs.kind === 'geographic' ? undefined : gaussKrugerInverse(old);
  const out = new Float64Array(coords.length);
  const scale = 1 + parameters.scalePpm * 1e-6;
  const rx = parameters.rxSeconds * RADIANS_PER_SECOND;
  const ry = parameters.rySeconds * RADIANS_PER_SECOND;
  const rz = parameters.rzSeconds * RADIANS_PER_SECOND;
  for (let i = 0; i < coords.length; i += 2) {
    let lon = coords[i]! * RADIANS_PER_DEGREE;
    let lat = coords[i + 1]! * RADIANS_PER_DEGREE;
    if (inverse && crs.kind !== 'geographic') {
      [lon, lat] = inverse(coords[i]! - crs.falseEasting, coords[i + 1]!);
      lon += crs.centralMeridianDegrees * RADIANS_PER_DEGREE;
    }
    const [x, y, z] = toGeocentric(old, lon, lat);
    const [lonDegrees, latDegrees] = toGeographic(
      CGCS2000,
      parameters.dxMetres + scale * (x + rz * y - ry * z),
      parameters.dyMetres + scale * (-rz * x + y + rx * z),
      parameters.dzMetres + scale * (ry * x - rx * y + z),
    );
    fromLonLat(crs, lonDegrees, latDegrees, out, i);
  }
  return out;
}

function toGeocentric({ a, f }: Ellipsoid, lon: number, lat: number): [number, number, number] {
  const e2 = f * (2 - f);
  const n = a / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
  return [n * Math.cos(lat) * Math.cos(lon), n * Math.cos(lat) * Math.sin(lon), n * (1 - e2) * Math.sin(lat)];
}

/** Longitude and latitude in degrees; the height is dropped. */
function toGeographic({ a, f }: Ellipsoid, x: number, y: number, z: number): [number, number] {
  const e2 = f * (2 - f);
  const p = Math.hypot(x, y);
  let lat = Math.atan2(z, p * (1 - e2));
  for (let k = 0; k < 6; k++) {
    const n = a / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
    const height = p / Math.cos(lat) - n;
    lat = Math.atan2(z, p * (1 - (e2 * n) / (n + height)));
  }
  return [Math.atan2(y, x) / RADIANS_PER_DEGREE, lat / RADIANS_PER_DEGREE];
}

/** Krüger's series to n⁴ (better than 0.01 mm inside a strip): easting from the meridian and northing to radians. */
function gaussKrugerInverse({ a, f }: Ellipsoid): (east: number, north: number) => [number, number] {
  const n = f / (2 - f);
  const [n2, n3, n4] = [n ** 2, n ** 3, n ** 4];
  const radius = (a / (1 + n)) * (1 + n2 / 4 + n4 / 64);
  const beta = [
    n / 2 - (2 / 3) * n2 + (37 / 96) * n3 - n4 / 360,
    n2 / 48 + n3 / 15 - (437 / 1440) * n4,
    (17 / 480) * n3 - (37 / 840) * n4,
    (4397 / 161_280) * n4,
  ];
  const e = Math.sqrt(f * (2 - f));
  return (east, north) => {
    let xi = north / radius;
    let eta = east / radius;
    const [xi0, eta0] = [xi, eta];
    beta.forEach((b, j) => {
      const k = 2 * (j + 1);
      xi -= b * Math.sin(k * xi0) * Math.cosh(k * eta0);
      eta -= b * Math.cos(k * xi0) * Math.sinh(k * eta0);
    });
    const conformal = Math.asin(Math.sin(xi) / Math.cosh(eta));
    // Isometric latitude of the conformal latitude, solved for the geographic one.
    const psi = Math.asinh(Math.tan(conformal));
    let lat = conformal;
    for (let k = 0; k < 8; k++) lat = Math.atan(Math.sinh(psi + e * Math.atanh(e * Math.sin(lat))));
    return [Math.atan2(Math.sinh(eta), Math.cos(xi)), lat];
  };
}
