import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language, Refusal, Result } from '../../kernel/index.ts';
import type { AnalysisHooks } from '../analysis/index.ts';
import { sha256 } from '../compliance/server.ts';
import { writeBalanceWorkbook } from './balance-xlsx.writer.ts';
import { writeReport } from './report-docx.writer.ts';
import { RUN_FILES, RUN_TITLES, reportTables, runFacts, type WrittenRun } from './run-papers.ts';
import { runOf, type RunInput, type RunOutputs } from './run.ts';

/** `runOf` with the hash of Node, which is native code. */
export function computeRun(input: RunInput, hooks: AnalysisHooks = {}): Result<RunOutputs, Refusal[]> {
  return runOf(input, { ...hooks, sha256 });
}

/**
 * Writes balance.json, balance.xlsx, findings.json and report.docx into an existing folder. All are written under other
 * names first and take their own only when all are whole; on any failure, or once `isCancelled` says yes, nothing is
 * left behind and files of an earlier run stay as they were.
 *
 * @returns false where it was cancelled
 */
export async function writeRunFiles(
  directory: string,
  run: WrittenRun,
  language: Language,
  isCancelled: () => boolean = () => false,
): Promise<boolean> {
  const unfinished = (name: string): string => join(directory, `.${name}.${process.pid}.unfinished`);
  const writers: Readonly<Record<(typeof RUN_FILES)[number], (path: string) => Promise<void>>> = {
    'balance.json': (path) => writeFile(path, run.balanceText),
    'balance.xlsx': (path) =>
      writeBalanceWorkbook(
        path,
        {
          title: RUN_TITLES.balance,
          facts: runFacts(run),
          tables: run.balance.tables.map(({ table }) => table),
          figures: run.balance.figures,
          problems: run.facts.problems,
        },
        language,
      ),
    'findings.json': (path) => writeFile(path, run.findingsText),
    'report.docx': (path) =>
      writeReport(
        path,
        { title: RUN_TITLES.report, facts: runFacts(run), tables: reportTables(run.balance), findings: run.findings },
        language,
      ),
  };
  try {
    for (const name of RUN_FILES) {
      if (isCancelled()) return false;
      await writers[name](unfinished(name));
    }
    if (isCancelled()) return false;
    for (const name of RUN_FILES) await rename(unfinished(name), join(directory, name));
    return true;
  } finally {
    for (const name of RUN_FILES) await rm(unfinished(name), { force: true });
  }
}
