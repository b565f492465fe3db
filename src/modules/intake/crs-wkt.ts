import { assert } from '../../kernel/index.ts';
import { centralMeridianOf, stripOfEpsg, type Strip } from './crs-names.ts';

/** Name of a CGCS2000 system as EPSG registers it. */
export function epsgNameOf(epsg: number): string {
  if (epsg === 4490) return 'China Geodetic Coordinate System 2000';
  const strip = stripOf(epsg);
  const system = strip.degrees === 3 ? 'CGCS2000 / 3-degree Gauss-Kruger' : 'CGCS2000 / Gauss-Kruger';
  return strip.prefixed ? `${system} zone ${strip.zone}` : `${system} CM ${centralMeridianOf(strip)}E`;
}

function stripOf(epsg: number): Strip {
  const strip = stripOfEpsg(epsg);
  assert(strip !== undefined, `EPSG:${epsg} is no CGCS2000 system`);
  return strip;
}

function falseEasting(strip: Strip): number {
  return 500_000 + (strip.prefixed ? strip.zone * 1_000_000 : 0);
}

/** Text of a .prj as ArcGIS writes it (WKT 1 in the dialect of Esri); EPSG 4490 and 4491–4554. */
export function esriWkt(epsg: number): string {
  const geographic =
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';
  if (epsg === 4490) return geographic;
  const strip = stripOf(epsg);
  const system = strip.degrees === 3 ? 'CGCS2000_3_Degree_GK' : 'CGCS2000_GK';
  const name = strip.prefixed ? `${system}_Zone_${strip.zone}` : `${system}_CM_${centralMeridianOf(strip)}E`;
  return (
    `PROJCS["${name}",${geographic},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",${falseEasting(strip)}.0],` +
    `PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",${centralMeridianOf(strip)}.0],` +
    `PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
  );
}

/** WKT 1 as OGC has it, with EPSG codes; for GeoPackage. */
export function ogcWkt(epsg: number): string {
  const geographic =
    'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4490"]]';
  if (epsg === 4490) return geographic;
  const strip = stripOf(epsg);
  return (
    `PROJCS["${epsgNameOf(epsg)}",${geographic},PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],` +
    `PARAMETER["central_meridian",${centralMeridianOf(strip)}],PARAMETER["scale_factor",1],` +
    `PARAMETER["false_easting",${falseEasting(strip)}],PARAMETER["false_northing",0],` +
    `UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","${epsg}"]]`
  );
}
