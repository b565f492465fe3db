import { type Queryable, sql } from '../../platform/db/index.ts';

/**
 * Events of all chains together. Sequences have no gaps, so the last one of each chain is its count; chains are stepped through
 * by the index, because counting millions of rows each minute would be felt.
 */
export async function readAuditCount(db: Queryable): Promise<number> {
  const { count } = await db.one<{ count: number }>(sql`with recursive last(chain, sequence) as (
      (select chain, sequence from audit_event order by chain desc, sequence desc limit 1)
      union all
      select next.chain, next.sequence from last cross join lateral (
        select chain, sequence from audit_event where chain < last.chain order by chain desc, sequence desc limit 1) next
    ) select coalesce(sum(sequence), 0)::int8 as count from last`);
  return count;
}
