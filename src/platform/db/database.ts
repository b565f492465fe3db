import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';

/** The template tag every store writes its SQL with: values become parameters, `sql.ref`, `sql.join`, `sql.raw` compose. */
export { sql } from 'kysely';

/** SQL with its parameters: a `sql` template typed with its row, or a finished kysely builder. */
export type Query<Row> = RawBuilder<Row> | Compilable<Row>;

/**
 * What a store may ask of the database, inside or outside a transaction. Both engines give the same JavaScript values:
 * int8 → safe integer (asserted), numeric → string, bytea → Buffer, date → `yyyy-mm-dd`, timestamptz → ISO text in
 * UTC, json → parsed, geometry → do not select it bare (use ST_AsBinary).
 */
export interface Queryable {
  /** All rows. Name columns as the code calls them: `select county_code as "countyCode"`. */
  rows<Row>(query: Query<Row>): Promise<Row[]>;
  /** The first row, or undefined. */
  first<Row>(query: Query<Row>): Promise<Row | undefined>;
  /** The only row; more or fewer is a programmer mistake. */
  one<Row>(query: Query<Row>): Promise<Row>;
  /** Runs a statement and says how many rows it touched. */
  run(query: Query<unknown>): Promise<number>;
}

/** An open transaction. Everything inside it goes through it, never through the root handle. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
  /** Calls back once the transaction is committed (not when it is rolled back): wake-ups, messages to other parts. */
  afterCommit(callback: () => void): void;
  /** Runs text of several statements without parameters (migrations only). */
  script(text: string): Promise<void>;
}

/** The root handle. */
export interface Database extends Queryable {
  readonly kind: 'database';
  readonly engine: 'embedded' | 'postgresql';
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Using the root handle
   * inside it throws at once on both engines (on the embedded one it would wait for itself for ever).
   * Keep it short on the embedded engine: it has one connection, and everybody waits.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same database for jobs: its statements and transactions wait until no interactive one is waiting. */
  readonly background: Database;
  /**
   * Calls back whenever a process notifies the channel (`pg_notify`), and once after each time the way to the database was broken
   * and is whole again. On the embedded engine, which has one process, never. Ends by the function given back.
   */
  listen(channel: string, heard: () => void): () => void;
  /** Connections of the pool and how many wait for one; absent where there is no pool. For the one who watches. */
  pool?(): PoolCounts | undefined;
  close(): Promise<void>;
}

export interface PoolCounts {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/** A failure the database reported, with its SQLSTATE, the same on both engines. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string;
  readonly constraint: string | null;
  readonly detail: string | null;

  constructor(message: string, code: string, constraint: string | null, detail: string | null) {
    super(message);
    this.code = code;
    this.constraint = constraint;
    this.detail = detail;
  }
}

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** The text and parameters of a query. Nothing is executed through kysely itself: it writes SQL, the engines run it. */
export function compileQuery(query: Query<unknown>): {
  readonly text: string;
  readonly parameters: readonly unknown[];
} {
  const compiled = 'isRawBuilder' in query ? query.compile(compiler) : (query as Compilable).compile();
  return { text: compiled.sql, parameters: compiled.parameters };
}
