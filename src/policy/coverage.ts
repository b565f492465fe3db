import { clauseIdsOf, type ClauseRegister } from './clause-register.ts';
import { citedValues, clauseIdsOfSource, type NotCovered, type NotCoveredReason, type Pack } from './pack.ts';

/** How far one plan is carried out. The first four lists hold every id of the plan exactly once. */
export interface PlanCoverage {
  readonly plan: string;
  readonly packId: string;
  readonly total: number;
  /** A value that cites the id is read by the engine, and the title of a test names the id. */
  readonly covered: readonly string[];
  /** Read by the engine, but no test names it: not counted as carried out. */
  readonly onlyRead: readonly string[];
  readonly notCovered: readonly NotCovered[];
  /** Nobody says anything about these. */
  readonly unaccounted: readonly string[];
  /** Read by the engine and listed in notCovered all the same: the pack contradicts itself. */
  readonly contradicted: readonly string[];
}

/** Clause ids named in the titles of tests. */
export function clauseIdsInTitles(titles: readonly string[]): Set<string> {
  const ids = new Set<string>();
  for (const title of titles) for (const match of title.matchAll(/\b[A-Z][A-Za-z0-9-]*\.\d{3}\b/g)) ids.add(match[0]);
  return ids;
}

/** Coverage of every plan a pack answers for, from what the engine read (paths of values) and what tests are called. */
export function packCoverage(
  pack: Pack,
  register: ClauseRegister,
  readPaths: ReadonlySet<string>,
  testTitles: readonly string[],
): PlanCoverage[] {
  const read = new Set<string>();
  for (const value of citedValues(pack)) {
    if (readPaths.has(value.path)) for (const id of clauseIdsOfSource(value.source)) read.add(id);
  }
  const tested = clauseIdsInTitles(testTitles);
  return pack.plans.map((plan) => {
    const ids = clauseIdsOf(register, plan);
    const listed = new Map(pack.notCovered.map((entry) => [entry.id, entry]));
    return {
      plan,
      packId: pack.id,
      total: ids.length,
      covered: ids.filter((id) => read.has(id) && tested.has(id)),
      onlyRead: ids.filter((id) => read.has(id) && !tested.has(id)),
      notCovered: ids.filter((id) => !read.has(id)).flatMap((id) => listed.get(id) ?? []),
      unaccounted: ids.filter((id) => !read.has(id) && !listed.has(id)),
      contradicted: ids.filter((id) => read.has(id) && listed.has(id)),
    };
  });
}

/** Number of ids a plan leaves out, by reason. */
export function notCoveredCounts(coverage: PlanCoverage): Partial<Record<NotCoveredReason, number>> {
  const counts: Partial<Record<NotCoveredReason, number>> = {};
  for (const entry of coverage.notCovered) counts[entry.reason] = (counts[entry.reason] ?? 0) + 1;
  return counts;
}

function wrapped(ids: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < ids.length; i += 8) lines.push(`    ${ids.slice(i, i + 8).join(' ')}`);
  return lines;
}

/** The report `pack coverage` prints: both counts, then the ids, then each reason with its ids. */
export function coverageText(coverages: readonly PlanCoverage[], language: 'zh' | 'en'): string {
  const zh = language === 'zh';
  const lines: string[] = [];
  const list = (titleZh: string, titleEn: string, ids: readonly string[]): void => {
    lines.push(`  ${zh ? titleZh : titleEn}: ${ids.length}`, ...wrapped(ids));
  };
  for (const coverage of coverages) {
    const readCount = coverage.covered.length + coverage.onlyRead.length;
    lines.push(
      zh
        ? `${coverage.plan}（政策包 ${coverage.packId}）：共 ${coverage.total} 条，引擎读取 ${readCount}，其中有测试 ${coverage.covered.length}`
        : `${coverage.plan} (pack ${coverage.packId}): ${coverage.total} clauses, ${readCount} read by the engine, ${coverage.covered.length} of them with a test`,
    );
    list('已落实（引擎读取且有测试）', 'carried out (read by the engine and named by a test)', coverage.covered);
    list('仅读取，没有测试', 'only read, no test names them', coverage.onlyRead);
    for (const reason of ['later', 'outside software', 'source blank', 'history'] as const) {
      const ids = coverage.notCovered.filter((entry) => entry.reason === reason).map((entry) => entry.id);
      if (ids.length > 0) list(`未落实：${reason}`, `not covered: ${reason}`, ids);
    }
    list('无说明', 'unaccounted', coverage.unaccounted);
    if (coverage.contradicted.length > 0)
      list('既读取又列为未落实', 'read and yet listed as not covered', coverage.contradicted);
  }
  return `${lines.join('\n')}\n`;
}
