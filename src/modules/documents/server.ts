/** What the documents module offers to other server code: a run computed and written out. */
export {
  computeRun,
  RUN_FILES,
  runFacts,
  writeRunFiles,
  type RunInput,
  type RunOutputs,
  type RunSource,
  type WrittenRun,
} from './run-outputs.server.ts';
export { writeBalanceWorkbook, type BalanceWorkbook } from './balance-xlsx.writer.ts';
export { reportBytes, writeReport, type ReportContent } from './report-docx.writer.ts';
