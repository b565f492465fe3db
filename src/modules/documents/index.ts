/** Documents: a run computed, and what its papers say. Pure: server, terminal and browser call the same functions. */
export { runOf, type RunHooks, type RunInput, type RunOutputs, type RunSource } from './run.ts';
export { RUN_FILES, RUN_TITLES, reportTables, runFacts, type WrittenRun } from './run-papers.ts';
