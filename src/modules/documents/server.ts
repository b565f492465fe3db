/** What the documents module offers to other server code: a run computed and written out. */
export { computeRun, writeRunFiles } from './run-outputs.server.ts';
export { RUN_FILES, runFacts, type WrittenRun } from './run-papers.ts';
export type { RunInput, RunOutputs, RunSource } from './run.ts';
export { writeBalanceWorkbook, type BalanceWorkbook } from './balance-xlsx.writer.ts';
export { reportBytes, writeReport, type ReportContent } from './report-docx.writer.ts';
