/** What the intake offers to other server code. */
export { openSource, readLayer, writeLayer, writerOf } from './open-source.server.ts';
export { decodeTextFile, findEncoding, type DecodedText } from './encoding.server.ts';
export {
  openZip,
  temporaryDirectory,
  ZipDamaged,
  type ZipArchive,
  type ZipEntry,
} from './formats/zip-archive.server.ts';
export { writeGeopackageLayers, type GeopackageLayer } from './formats/geopackage.writer.ts';
export { sourceOfLayer } from './write-source.ts';
export { openBoundaryTxt, type BoundaryTxtSource } from './formats/boundary-txt.reader.ts';
export * from './format.ts';
export { clearImportLeftovers, registerIntakeJobs } from './jobs.ts';
export { INTAKE_JOBS } from './operations.ts';
export { intakeRoutes } from './routes.ts';
export { versionsBeingSaved } from './store.ts';
