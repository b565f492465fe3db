/** Intake: what files say, and how it is understood. Pure words and rules; reading of files is behind `server.ts`. */
export * from './views.ts';
export * from './format.ts';
export { encodingOfLabel, type TextEncoding } from './encoding.ts';
export { resolveCrs, type CrsClues, type ResolvedCrs } from './crs-detection.ts';
export { epsgNameOf, ogcWkt } from './crs-wkt.ts';
export { crsOfCode, crsOfWkt, epsgOfStrip, stripOfEpsg, type DeclaredCrs, type Strip } from './crs-names.ts';
export { sevenParametersOf, shiftToCgcs2000, type SevenParameters } from './datum-shift.ts';
export { applyMapping, checkMapping, mapFields, type RememberedMapping } from './field-mapping.ts';
export { surveyFieldOf, surveySchemaOf, type SurveyField, type SurveySchema } from './survey-schema.ts';
export { columnsBesideStandard, strictSurveyLayer, surveyFieldsOf } from './survey-export.ts';
export { thirdSurveyClassOf } from './second-survey-classes.ts';
export { looksLikeBoundaryTxt, parseBoundaryTxt, type BoundaryTxt } from './boundary-txt.ts';
export type { BoundaryParcel } from './point-parcels.ts';
export {
  BOUNDARY_FIELD_NAMES,
  formatBoundaryHead,
  formatBoundaryParcel,
  type BoundaryTxtStyle,
} from './boundary-txt-format.ts';
export { ringsOfFeature } from './outlines.ts';
export { bytesInMemory, PIECE_BYTES, type ByteSource } from './byte-source.ts';
export { openBytes, stemsInArchive, type GivenFile } from './open-bytes.ts';
export { codeOfRule, refusalOfProblem } from './problem-refusal.ts';
export { guessRole } from './guess-role.ts';
export { layerForRole, layerOfSource, unreadableFeatures } from './read-source.ts';
