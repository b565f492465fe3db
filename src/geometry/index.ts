/** The numeric core: reference systems, official areas, the equal-area plane, tabulated intersection, topology. Pure. */
export * from './types.ts';
export { crsOf, epsgOf3, epsgOf6, runZone, zone3OfLongitude } from './crs.ts';
export { fromLonLat, toLonLat } from './gauss-kruger.ts';
export {
  convertLayer,
  lonLatBoxOf,
  lonLatBoxOfBox,
  lonLatOf,
  runZoneOf,
  runZoneOfBox,
  type LonLatBox,
} from './layer-crs.ts';
export { officialAreas } from './official-area.ts';
export { planeLayerFrom, planeOriginOf, toPlaneLayer } from './plane-layer.ts';
export { DEFECT_RULES, defectRuleOf, isBlockingDefect, type DefectRule } from './ring-validity-rules.ts';
export { DEFECTS_PER_RULE, findDefects, type FindDefectsOptions } from './ring-validity.ts';
export {
  Cancelled,
  installTabulate,
  tabulate,
  tabulatePlain,
  type Tabulate,
  type TabulateOptions,
  TOUCHING_SQUARE_METRES,
} from './tabulate.ts';
export { coveredAreas } from './tabulation-rows.ts';
export { coverage, coveragePlain, type CoverageOptions, installCoverage, NO_COVERAGE } from './coverage.ts';
export type { Coverage, CoverageKind, CoverageRegion } from './coverage-regions.ts';
export { OVERLAP_TOLERANCE_M2, overlapsWithin, type SharedArea } from './overlaps.ts';
export { lonLatOfPlanePoint } from './plane-point.ts';
export { PRODUCT_TOLERANCE_M2, productLayer, type ProductLayer, type ProductOptions } from './product-layer.ts';
export {
  CONNECTION_SPACING_METRES,
  CONTIGUITY_GAPS_METRES,
  contiguityBlocks,
  installContiguity,
  type ContiguityBlock,
  type ContiguityBlocks,
  type ContiguityFeatures,
  type ContiguityOptions,
} from './contiguity.ts';
