/**
 * What the compiled kernel exports; the host side is in src/geometry/compiled.
 * (Imported and then exported: the compiler takes the .ts ending in imports alone.)
 */
import { classTable } from './classes.ts';
import { collectRows, countRows } from './collect.ts';
import {
  addChunk,
  allocate,
  arenaStart,
  cancelledAddress,
  clearChunks,
  firstChunk,
  memoryLayoutVersion,
  resetTasks,
  setTop,
  takenTasks,
  top,
} from './layout.ts';
import { beginContiguity, joinNeighbours } from './contiguity.ts';
import { coverRegions } from './coverage-regions.ts';
import { freeEdges } from './free-edges.ts';
import { boundsOf, spreadBlocks } from './prepare.ts';
import { addAcross } from './overlay.ts';
import { begin, tasksOf, work } from './work.ts';
import { officialAreasOf } from './official-areas.ts';
import {
  splitCountInDegrees,
  splitCountInZone,
  splitPointInDegrees,
  splitPointInZone,
  splitPointsInDegrees,
  splitPointsInZone,
  toPlaneAll,
  unprojectAll,
} from './projection.ts';
import { arcTangentAll, evaluateAll, projectAll } from './testing.ts';

export {
  addChunk,
  allocate,
  arenaStart,
  cancelledAddress,
  clearChunks,
  firstChunk,
  memoryLayoutVersion,
  resetTasks,
  setTop,
  takenTasks,
  top,
};
export { addAcross, begin, boundsOf, classTable, collectRows, countRows, spreadBlocks, tasksOf, work };
export { splitCountInDegrees, splitCountInZone, splitPointInDegrees, splitPointInZone };
export { splitPointsInDegrees, splitPointsInZone, toPlaneAll, unprojectAll };
export { arcTangentAll, evaluateAll, projectAll };
export { officialAreasOf };
export { beginContiguity, coverRegions, freeEdges, joinNeighbours };
