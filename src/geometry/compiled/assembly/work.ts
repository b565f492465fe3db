/** The phases of a computation: every thread calls `begin` and then `work` until nothing is left; the host waits in between. */
import { blockCountOf } from './layer.ts';
import { passFrom, passTo, bandRows, taskCount } from './job.ts';
import { isCancelled, takeTask } from './layout.ts';
import { beginOverlay, overlayTask } from './overlay.ts';
import { beginCutting } from './pieces.ts';
import { beginOfficial, officialBlock } from './official-task.ts';
import { beginPreparing, countSplits, finishBlock } from './prepare.ts';
import { beginIndexing, indexBand } from './zone-index.ts';
import { cellSize, gridColumns, gridRows, gridX, gridY } from './job.ts';

const COUNT_SPLITS = 0;
const FINISH_LAYER = 1;
const INDEX_ZONES = 2;
const OFFICIAL_AREAS = 4;

/** Takes this thread's room. `target` is a layer struct (phases 0 and 1) or a job struct. */
export function begin(phase: i32, target: usize): void {
  if (phase == COUNT_SPLITS || phase == FINISH_LAYER) beginPreparing();
  else if (phase == OFFICIAL_AREAS) beginOfficial();
  else if (phase == INDEX_ZONES) {
    beginCutting(gridX(target), gridY(target), cellSize(target), gridColumns(target), gridRows(target));
    beginIndexing(target);
  } else beginOverlay(target);
}

/** Number of tasks of a phase. */
export function tasksOf(phase: i32, target: usize): i32 {
  if (phase == COUNT_SPLITS || phase == FINISH_LAYER || phase == OFFICIAL_AREAS) return blockCountOf(target);
  if (phase == INDEX_ZONES) return (passTo(target) - passFrom(target) + bandRows(target) - 1) / bandRows(target);
  return taskCount(target);
}

/** Does up to `most` tasks; true where there may be more to do. */
export function work(phase: i32, target: usize, most: i32): bool {
  const tasks = <u32>tasksOf(phase, target);
  for (let done = 0; done < most; done++) {
    if (isCancelled()) return false;
    const task = takeTask();
    if (task >= tasks) return false;
    if (phase == COUNT_SPLITS) countSplits(target, task);
    else if (phase == FINISH_LAYER) finishBlock(target, task);
    else if (phase == OFFICIAL_AREAS) officialBlock(target, task);
    else if (phase == INDEX_ZONES) indexBand(target, task);
    else overlayTask(target, task);
  }
  return true;
}
