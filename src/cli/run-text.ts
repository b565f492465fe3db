import type { Language } from '../kernel/index.ts';
import { displayValue, rational } from '../policy/index.ts';
import { cellText, FIGURES, type BalanceTable } from '../modules/balance/index.ts';
import { comparisonLine, sourceLine, VERDICT_NAMES } from '../modules/compliance/index.ts';
import { runFacts, type RunOutputs } from '../modules/documents/server.ts';
import { textTable } from './text-table.ts';

/** What a run says on the screen: the project, land before and after, the figures, the findings with their clauses. */
export function runText(run: RunOutputs, language: Language): string {
  const zh = language === 'zh';
  const facts = runFacts(run).map(({ name, value }) => [name[language], value[language]]);
  const parts = [
    textTable(
      [
        { head: zh ? '项目' : 'project', align: 'left' },
        { head: '', align: 'left' },
      ],
      facts,
    ),
    ...['structure', 'majorClasses'].flatMap((id) => {
      const traced = run.balance.tables.find(({ table }) => table.id === id);
      return traced === undefined ? [] : [balanceText(traced.table, language)];
    }),
    figuresText(run, language),
    findingsTable(run, language),
  ];
  return parts.join('\n');
}

/** A balance table in hectares. */
function balanceText(table: BalanceTable, language: Language): string {
  const title = `${table.title[language]} (${language === 'zh' ? '公顷' : 'ha'})`;
  const text = textTable(
    table.columns.map(({ head, kind }) => ({
      head: head.map((part) => part[language]).join(' '),
      align: kind === 'text' ? 'left' : 'right',
    })),
    table.cells.map((row) => row.map((cell) => cellText(cell, 'hectare', language))),
  );
  return `${title}\n${text}`;
}

function figuresText({ balance }: RunOutputs, language: Language): string {
  const zh = language === 'zh';
  return textTable(
    [
      { head: zh ? '指标' : 'figure', align: 'left' },
      { head: zh ? '值' : 'value', align: 'left' },
    ],
    FIGURES.map(({ id, name, unit }) => {
      const figure = balance.figures[id]!;
      const value = figure.known
        ? displayValue(rational(figure.numerator, figure.denominator), unit)[language]
        : `${zh ? '无法判定:' : 'not known: '}${figure.missing.map((reason) => reason[language]).join(zh ? '、' : ', ')}`;
      return [name[language], value];
    }),
  );
}

function findingsTable({ findings }: RunOutputs, language: Language): string {
  const zh = language === 'zh';
  const { counts } = findings;
  const title = zh
    ? `${findings.packTitle.zh}(${findings.packId} ${findings.packVersion}):符合 ${counts.pass},不符合 ${counts.fail},需人工判断 ${counts.person},不适用 ${counts.notApplicable}`
    : `${findings.packTitle.en} (${findings.packId} ${findings.packVersion}): ${counts.pass} pass, ${counts.fail} fail, ${counts.person} need a person, ${counts.notApplicable} do not apply`;
  const table = textTable(
    [
      { head: zh ? '结论' : 'verdict', align: 'left' },
      { head: zh ? '审查事项' : 'check', align: 'left' },
      { head: zh ? '数值与要求' : 'figure and threshold', align: 'left' },
      { head: zh ? '依据' : 'clause', align: 'left' },
    ],
    findings.findings.map((finding) => {
      const comparison = comparisonLine(finding)[language];
      const missing = finding.missing.map((reason) => reason[language]).join(zh ? '、' : ', ');
      return [
        VERDICT_NAMES[finding.verdict][language],
        finding.title[language],
        missing === '' ? comparison : `${comparison} ${missing}`.trim(),
        sourceLine(finding)[language],
      ];
    }),
  );
  return `${title}\n${table}`;
}
