import { type CleanedWhere, createAdapterFactory } from 'better-auth/adapters';
import { type Queryable, sql } from '../../platform/db/index.ts';

type Row = Record<string, unknown>;
type Condition = ReturnType<typeof sql<boolean>>;

/** Fields better-auth keeps of a user and we do not: nobody has an e-mail address or a picture here. */
const NOT_KEPT: ReadonlySet<string> = new Set(['email', 'emailVerified', 'image']);

function comparison({ field, operator, value, mode }: CleanedWhere): Condition {
  const isLax = mode === 'insensitive' && typeof value === 'string';
  const column = isLax ? sql`lower(${sql.ref(field)})` : sql.ref(field);
  const one = isLax ? value.toLowerCase() : value;
  const pattern = String(one).replace(/[\\%_]/g, '\\$&');
  const list = (Array.isArray(value) ? value : [value]) as readonly unknown[];
  switch (operator) {
    case 'ne':
      return value === null ? sql`${column} is not null` : sql`${column} <> ${one}`;
    case 'lt':
      return sql`${column} < ${one}`;
    case 'lte':
      return sql`${column} <= ${one}`;
    case 'gt':
      return sql`${column} > ${one}`;
    case 'gte':
      return sql`${column} >= ${one}`;
    case 'in':
      return list.length === 0 ? sql`false` : sql`${column} in (${sql.join(list)})`;
    case 'not_in':
      return list.length === 0 ? sql`true` : sql`${column} not in (${sql.join(list)})`;
    case 'contains':
      return sql`${column} like ${`%${pattern}%`}`;
    case 'starts_with':
      return sql`${column} like ${`${pattern}%`}`;
    case 'ends_with':
      return sql`${column} like ${`%${pattern}`}`;
    default:
      return value === null ? sql`${column} is null` : sql`${column} = ${one}`;
  }
}

/** The conditions joined by AND, and beside them, as one, those joined by OR. */
function conditions(where: readonly CleanedWhere[] | undefined): Condition {
  const all = (where ?? []).filter((one) => one.connector !== 'OR').map(comparison);
  const any = (where ?? []).filter((one) => one.connector === 'OR').map(comparison);
  if (any.length > 0) all.push(sql`(${sql.join(any, sql` or `)})`);
  return all.length === 0 ? sql`true` : sql`${sql.join(all, sql` and `)}`;
}

function assignments(changes: Row): Condition {
  const set = Object.entries(changes).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  return sql`${sql.join(set)}`;
}

function kept(data: Row): Row {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !NOT_KEPT.has(field)));
}

/**
 * The store better-auth reads and writes through: our own database handle, so that its writes stand in the transaction of the
 * operation that calls it, on both engines. `current` is that transaction, or the root handle outside one; `protect` replaces
 * what must not be stored as it is (session tokens).
 */
export function authAdapter(
  current: () => Queryable,
  protect: (model: string, field: string, value: unknown) => unknown,
): ReturnType<typeof createAdapterFactory> {
  return createAdapterFactory({
    config: {
      adapterId: 'tianchou',
      supportsDates: false,
      supportsJSON: false,
      supportsBooleans: true,
      supportsNumericIds: false,
      // Operations open the transaction; what better-auth does inside one joins it.
      transaction: false,
      customTransformInput: ({ data, field, model }) => protect(model, field, data),
    },
    adapter: ({ getFieldName }) => ({
      async create({ model, data }) {
        const row = kept(data);
        return current().one(sql`insert into ${sql.table(model)} (${sql.join(Object.keys(row).map((name) => sql.ref(name)))})
          values (${sql.join(Object.values(row))}) returning *`) as Promise<never>;
      },
      async findOne({ model, where }) {
        return ((await current().first(sql`select * from ${sql.table(model)} where ${conditions(where)} limit 1`)) ??
          null) as never;
      },
      async findMany({ model, modelKey = model, where, limit, sortBy, offset }) {
        const order =
          sortBy === undefined
            ? sql``
            : sql`order by ${sql.ref(getFieldName({ model: modelKey, field: sortBy.field }))} ${sortBy.direction === 'desc' ? sql`desc` : sql`asc`}`;
        return (await current().rows(sql`select * from ${sql.table(model)} where ${conditions(where)} ${order}
          limit ${limit} offset ${offset ?? 0}`)) as never;
      },
      async count({ model, where }) {
        const row = await current().one<{ count: number }>(
          sql`select count(*) as count from ${sql.table(model)} where ${conditions(where)}`,
        );
        return row.count;
      },
      async update({ model, where, update }) {
        const row = kept(update as Row);
        if (Object.keys(row).length === 0) return null;
        return ((await current().first(
          sql`update ${sql.table(model)} set ${assignments(row)} where ${conditions(where)} returning *`,
        )) ?? null) as never;
      },
      async updateMany({ model, where, update }) {
        const row = kept(update);
        if (Object.keys(row).length === 0) return 0;
        return current().run(sql`update ${sql.table(model)} set ${assignments(row)} where ${conditions(where)}`);
      },
      async delete({ model, where }) {
        await current().run(sql`delete from ${sql.table(model)} where ${conditions(where)}`);
      },
      async deleteMany({ model, where }) {
        return current().run(sql`delete from ${sql.table(model)} where ${conditions(where)}`);
      },
      async consumeOne({ model, where }) {
        // One row at most, and for one caller alone: the second waits for the lock and finds nothing.
        return ((await current().first(sql`delete from ${sql.table(model)} where id = (select id from ${sql.table(model)}
          where ${conditions(where)} limit 1 for update) returning *`)) ?? null) as never;
      },
      async incrementOne({ model, where, increment, set }) {
        const changes = [
          ...Object.entries(increment).map(
            ([column, by]) => sql`${sql.ref(column)} = coalesce(${sql.ref(column)}, 0) + ${by}`,
          ),
          ...Object.entries(set ?? {}).map(([column, value]) => sql`${sql.ref(column)} = ${value}`),
        ];
        return ((await current().first(
          sql`update ${sql.table(model)} set ${sql.join(changes)} where ${conditions(where)} returning *`,
        )) ?? null) as never;
      },
    }),
  });
}
