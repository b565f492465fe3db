/** What reading a GeoPackage from bytes takes, as one thing to load. */
export { openGeopackageTables } from './geopackage.ts';
export { openSqliteDatabase } from './sqlite-database.ts';
export { SqliteBeyond, SqliteDamaged } from './sqlite-pages.ts';
