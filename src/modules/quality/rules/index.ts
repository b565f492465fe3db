import type { QualityRule } from '../rule.ts';
import { classNameRule } from './class-name.ts';
import { classSuffixRule } from './class-suffix.ts';
import { deductionClassRule } from './deduction-class.ts';
import { deductionLevelOneRule } from './deduction-level-one.ts';
import { deductionProductRule } from './deduction-product.ts';
import { draftCodeRule } from './draft-code.ts';
import { gapRule } from './gap.ts';
import { geometryDefectRules } from './geometry-defects.ts';
import { geometryMissingRule } from './geometry-missing.ts';
import { gradeMissingRule } from './grade-missing.ts';
import { gradeRule } from './grade.ts';
import { identifierUniqueRule } from './identifier-unique.ts';
import { identifierRule } from './identifier.ts';
import { landClassRule } from './land-class.ts';
import { minimumAreaRule } from './minimum-area.ts';
import { missingFieldRule } from './missing-field.ts';
import { netAreaRule } from './net-area.ts';
import { officialAreaRule } from './official-area.ts';
import { outsideBoundaryRule } from './outside-boundary.ts';
import { overlapRule } from './overlap.ts';
import { ownershipRule } from './ownership.ts';
import { parcelNumberRule } from './parcel-number-unique.ts';
import { plantingRule } from './planting.ts';
import { refinementRule } from './refinement.ts';
import { settlementRule } from './settlement.ts';
import { slopeLevelRule } from './slope-level.ts';
import { terraceRule } from './terrace.ts';
import { villageCodeRule } from './village-code.ts';
import { villageCountyRule } from './village-county.ts';
import { villageKnownRule } from './village-known.ts';

/** Every rule, in the order of reports. */
export const QUALITY_RULES: readonly QualityRule[] = [
  missingFieldRule,
  identifierRule,
  identifierUniqueRule,
  parcelNumberRule,
  landClassRule,
  classSuffixRule,
  classNameRule,
  villageCodeRule,
  villageCountyRule,
  villageKnownRule,
  ownershipRule,
  slopeLevelRule,
  terraceRule,
  deductionClassRule,
  deductionLevelOneRule,
  deductionProductRule,
  netAreaRule,
  gradeRule,
  gradeMissingRule,
  settlementRule,
  plantingRule,
  refinementRule,
  draftCodeRule,
  geometryMissingRule,
  ...geometryDefectRules,
  minimumAreaRule,
  overlapRule,
  gapRule,
  outsideBoundaryRule,
  officialAreaRule,
];
