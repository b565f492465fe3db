import type { AreaDm2 } from '../../kernel/index.ts';
import { isFarmland } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { contiguityTable, farmlandBlocks } from './contiguity-table.ts';
import { deductionTable, gradeTable } from './farmland-tables.ts';
import type { FigureSet } from './figure-catalogue.ts';
import { computeFigures } from './figures.ts';
import type { LandStates } from './land-states.ts';
import { landStates } from './land-states.ts';
import { ownershipTable } from './ownership-table.ts';
import type { BasicFarmlandReview } from './review.ts';
import { basicFarmlandReview } from './review.ts';
import type { ReviewThresholds } from './review-tables.ts';
import { DEFAULT_REVIEW_THRESHOLDS, changePlotsTable, reviewFieldsTable, reviewSummaryTable } from './review-tables.ts';
import { slopeTable } from './slope-table.ts';
import { majorClassesTable, structureTable } from './structure-table.ts';
import type { TracedTable } from './table-builder.ts';
import { zoneTable } from './zone-table.ts';

/** Everything the balance of one run says: the tables with the shares behind their cells, and the figures checks use. */
export interface Balance {
  /** Area of the project inside parcels: the total every land table closes to. */
  readonly projectDm2: AreaDm2;
  readonly tables: readonly TracedTable[];
  readonly review: BasicFarmlandReview | null;
  readonly figures: FigureSet;
}

/**
 * Builds every table and figure of a run. All of them sum one list of shares (land-states.ts), so they cannot disagree; each
 * table that has a total is checked against it, and a residual other than 0 stops the run.
 */
export function buildBalance(facts: OverlayFacts, thresholds: ReviewThresholds = DEFAULT_REVIEW_THRESHOLDS): Balance {
  const states = landStates(facts);
  const projectDm2 = projectTotal(facts);
  const structure = structureTable(states, projectDm2);
  const farmland = { before: farmlandRow(structure, 'before'), after: farmlandRow(structure, 'after') };
  const tables: TracedTable[] = [
    structure,
    majorClassesTable(facts, states, projectDm2),
    ownershipTable(facts, states, 'before', projectDm2),
    ownershipTable(facts, states, 'after', projectDm2),
    slopeTable(facts, states, 'before', farmland.before),
    slopeTable(facts, states, 'after', farmland.after),
    gradeTable(states, farmland),
    deductionTable(states, farmland),
    contiguityTable(facts, states, farmland),
  ];
  for (const crossing of facts.crossings) {
    // Zones that overlap would count land twice: such a layer has no table, and a problem of the run says so.
    if (crossing.overlaps > 0) continue;
    tables.push(
      zoneTable(facts, crossing, states, 'before', projectDm2),
      zoneTable(facts, crossing, states, 'after', projectDm2),
    );
  }
  const review = basicFarmlandReview(facts, basicFarmlandBefore(facts));
  if (review !== null) {
    tables.push(
      changePlotsTable(facts, 'out', blocksNow(facts, states, 'before')),
      changePlotsTable(facts, 'in', blocksNow(facts, states, 'after')),
      reviewSummaryTable(review, thresholds),
      reviewFieldsTable(review, thresholds),
    );
  }
  return { projectDm2, tables, review, figures: computeFigures(facts, states, review) };
}

/** The project area from the plan parts themselves, not from the shares the tables sum. */
function projectTotal(facts: OverlayFacts): AreaDm2 {
  const plots = facts.plan.plots?.length ?? 0;
  let sum = 0;
  facts.parts.areasDm2.forEach((area, part) => {
    if (facts.parts.zones[part]! <= plots) sum += area;
  });
  return sum;
}

function farmlandRow(structure: TracedTable, column: 'before' | 'after'): AreaDm2 {
  const at = structure.table.columns.findIndex(({ id }) => id === column);
  return structure.table.rows.reduce((sum, row, r) => {
    const cell = structure.table.cells[r]![at]!;
    return row.role === 'item' && isFarmland(row.id) && cell?.kind === 'area' ? sum + cell.dm2 : sum;
  }, 0);
}

function basicFarmlandBefore(facts: OverlayFacts): AreaDm2 | null {
  const crossing = facts.crossings.find(({ role, overlaps }) => role === 'basicFarmland' && overlaps === 0);
  if (crossing === undefined) return null;
  const plots = facts.plan.plots?.length ?? 0;
  let sum = 0;
  crossing.areasDm2.forEach((area, i) => {
    if (crossing.keyIndexes[i] !== 0 && facts.parts.zones[crossing.parts[i]!]! <= plots) sum += area;
  });
  return sum;
}

function blocksNow(facts: OverlayFacts, states: LandStates, when: 'before' | 'after') {
  const blocks = farmlandBlocks(facts, states, when);
  const side = when === 'before' ? facts.contiguity.before : facts.contiguity.after;
  return blocks === null || side === null ? null : { blocks, ofParcel: side.ofParcel };
}
