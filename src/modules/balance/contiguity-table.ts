import type { AreaDm2 } from '../../kernel/index.ts';
import { isAtLeastMu, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { isFarmlandIndex } from './land-classes-table.ts';
import type { LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { Cell } from './table.ts';
import type { TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS } from './table-words.ts';

/** Net farmland of every contiguous block inside the project, dm², and the block of each share (−1: none). */
export interface Blocks {
  readonly areasDm2: readonly AreaDm2[];
  readonly ofShare: Int32Array;
}

/** Blocks before or after; null after where the plan states no plots. */
export function farmlandBlocks(facts: OverlayFacts, states: LandStates, when: 'before' | 'after'): Blocks | null {
  const { before, after } = facts.contiguity;
  if (when === 'after' && after === null) return null;
  const state = when === 'before' ? states.before : states.after;
  const areas = Array.from<number>({ length: when === 'before' ? before.blocks : after!.blocks }).fill(0);
  const ofShare = new Int32Array(states.count).fill(-1);
  for (let i = 0; i < states.count; i++) {
    if (!isFarmlandIndex(state.classes[i]!)) continue;
    const plot = states.plots[i]!;
    let block = -1;
    if (when === 'before') block = before.ofParcel[states.parcels[i]!]!;
    else if (plot >= 0 && after!.ofPlot[plot]! >= 0) block = after!.ofPlot[plot]!;
    else block = after!.ofParcel[states.parcels[i]!]!;
    if (block < 0) continue;
    ofShare[i] = block;
    areas[block] = areas[block]! + netDm2(states, state, i);
  }
  return { areasDm2: areas, ofShare };
}

/** Size bins of blocks: 百亩方, 千亩方, 万亩方. Lower bound in mu, included. */
const BINS = [
  { id: 'mu10000', atLeast: 10_000, label: localized('≥10000 亩（万亩方）', '≥10,000 mu') },
  { id: 'mu1000', atLeast: 1_000, label: localized('1000–10000 亩（千亩方）', '1,000–10,000 mu') },
  { id: 'mu100', atLeast: 100, label: localized('100–1000 亩（百亩方）', '100–1,000 mu') },
  { id: 'below', atLeast: 0, label: localized('<100 亩', '<100 mu') },
] as const;

function binOf(areaDm2: AreaDm2): string {
  return BINS.find((bin) => isAtLeastMu(areaDm2, bin.atLeast))!.id;
}

/** How many blocks reach a number of mu. */
export function blocksOfAtLeast(blocks: Blocks, mu: number): number {
  return blocks.areasDm2.filter((area) => isAtLeastMu(area, mu)).length;
}

/** Contiguous farmland blocks by size, before and after: counts and areas. Closes to the farmland inside the project. */
export function contiguityTable(
  facts: OverlayFacts,
  states: LandStates,
  farmland: { readonly before: AreaDm2; readonly after: AreaDm2 },
): TracedTable {
  const blocks = { before: farmlandBlocks(facts, states, 'before')!, after: farmlandBlocks(facts, states, 'after') };
  const { gapMetres } = facts.parameters.contiguity;
  const builder = tableBuilder({
    id: 'contiguity',
    title: localized('耕地集中连片情况表', 'Contiguous farmland blocks'),
    keepEmptyRows: true,
    rows: [
      {
        id: 'total',
        label: WORDS.total,
        level: 0,
        role: 'total',
        sums: BINS.map(({ id }) => id),
        texts: { size: WORDS.total },
      },
      ...BINS.map(({ id, label }) => ({ id, label, level: 1, role: 'item' as const, texts: { size: label } })),
      {
        id: 'largest',
        label: localized('最大连片块', 'Largest block'),
        level: 0,
        role: 'figure',
        texts: { size: localized('最大连片块', 'Largest block') },
      },
    ],
    columns: [
      { id: 'size', head: [localized('连片规模', 'Block size')], kind: 'text' },
      { id: 'beforeBlocks', head: [WORDS.before, localized('块数', 'Blocks')], kind: 'mixed' },
      { id: 'before', head: [WORDS.before, localized('面积', 'Area')], kind: 'area' },
      { id: 'afterBlocks', head: [WORDS.after, localized('块数', 'Blocks')], kind: 'mixed' },
      { id: 'after', head: [WORDS.after, localized('面积', 'Area')], kind: 'area' },
    ],
    notes: [
      localized(
        `图斑间距不大于 ${gapMetres} 米且间隔仅为可通行地类时视为连片；面积为项目区内耕地净面积。`,
        `Patches at most ${gapMetres} m apart over passable land count as one block; net farmland inside the project.`,
      ),
    ],
  });
  const afterUnknown = localized('方案无地块图层', 'The plan has no plots layer');
  for (const when of ['before', 'after'] as const) {
    const found = blocks[when];
    if (found === null) continue;
    const state = states[when];
    for (let i = 0; i < states.count; i++) {
      const block = found.ofShare[i]!;
      if (block >= 0)
        builder.add(
          binOf(found.areasDm2[block]!),
          when,
          states.parcels[i]!,
          states.plots[i]!,
          netDm2(states, state, i),
        );
    }
  }
  const expected = blocks.after === null ? { before: farmland.before } : farmland;
  return builder.finish(expected, (row, column): Cell | undefined => {
    const when = column.startsWith('before') ? 'before' : column.startsWith('after') ? 'after' : null;
    if (when === null) return undefined;
    const found = blocks[when];
    if (found === null) return { kind: 'unknown', reason: afterUnknown };
    const live = found.areasDm2.filter((area) => area > 0);
    if (row === 'largest') return column.endsWith('Blocks') ? null : { kind: 'area', dm2: Math.max(0, ...live) };
    if (!column.endsWith('Blocks')) return undefined;
    return { kind: 'count', value: row === 'total' ? live.length : live.filter((area) => binOf(area) === row).length };
  });
}
