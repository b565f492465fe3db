import { AlignmentType, TableRow } from 'docx';
import type { Paragraph, Table } from 'docx';
import type { Language } from '../../kernel/index.ts';
import type { Finding, Findings } from '../compliance/index.ts';
import { COMPARISON_NAMES, VERDICT_NAMES } from '../compliance/index.ts';
import { SIZES, body, cell, table } from './report-kit.writer.ts';

const VERDICT_FILLS = { pass: 'E6F2E6', fail: 'F8E0DC', person: 'FBF3D5' } as const;

/** The findings of a run: how many of each verdict, then one row a finding with the clause it rests on. */
export function findingsSection(findings: Findings | null, language: Language): (Paragraph | Table)[] {
  const zh = language === 'zh';
  if (findings === null) return [body(zh ? '本次未作合规审查。' : 'No check was made.')];
  const { counts } = findings;
  const widths = [620, 2_150, 1_130, 1_900, 3_000];
  const heads = zh
    ? ['序号', '审查事项', '结论', '数值 / 要求', '依据']
    : ['No.', 'Check', 'Verdict', 'Value / required', 'Clause'];
  return [
    body(
      zh
        ? `依据政策包“${findings.packTitle.zh}”（版本 ${findings.packVersion}），共审查 ${counts.pass + counts.fail + counts.person} 项：符合 ${counts.pass} 项，不符合 ${counts.fail} 项，需人工判断 ${counts.person} 项。`
        : `Under the policy pack "${findings.packTitle.en}" (version ${findings.packVersion}): ${counts.pass} pass, ${counts.fail} fail, ${counts.person} need a person.`,
    ),
    table(
      [
        new TableRow({
          tableHeader: true,
          children: heads.map((text, i) =>
            cell(text, { width: widths[i]!, bold: true, align: AlignmentType.CENTER, fill: 'EDEFEA' }),
          ),
        }),
        ...findings.findings.map(
          (finding, i) =>
            new TableRow({
              cantSplit: true,
              children: [
                cell(String(i + 1), { width: widths[0]!, align: AlignmentType.CENTER }),
                cell(finding.title[language], { width: widths[1]! }),
                cell(VERDICT_NAMES[finding.verdict][language], {
                  width: widths[2]!,
                  align: AlignmentType.CENTER,
                  bold: true,
                  fill: VERDICT_FILLS[finding.verdict],
                }),
                cell(valueLines(finding, language), { width: widths[3]! }),
                cell(clauseLines(finding, language), { width: widths[4]!, size: SIZES.small + 1 }),
              ],
            }),
        ),
      ],
      widths,
    ),
  ];
}

function valueLines(finding: Finding, language: Language): string[] {
  const zh = language === 'zh';
  const lines: string[] = [];
  const { comparison } = finding;
  if (comparison?.valueDisplay != null) lines.push(comparison.valueDisplay[language]);
  if (comparison?.thresholdDisplay != null) {
    lines.push(
      `${zh ? '应' : 'required: '}${COMPARISON_NAMES[comparison.comparison][language]} ${comparison.thresholdDisplay[language]}`,
    );
  }
  for (const reason of finding.missing) lines.push(reason[language]);
  if (finding.verdict !== 'pass') lines.push(`${zh ? '处理：' : 'Remedy: '}${finding.remedy[language]}`);
  const places = finding.parcels.length + finding.plots.length;
  if (finding.verdict === 'fail' && places > 0) {
    lines.push(
      zh
        ? `涉及图斑 ${finding.parcels.length} 个、地块 ${finding.plots.length} 个`
        : `${finding.parcels.length} parcels, ${finding.plots.length} plots`,
    );
  }
  return lines.length === 0 ? [''] : lines;
}

function clauseLines(finding: Finding, language: Language): string[] {
  const { clause, standard, place } = finding.source;
  if (clause === null) return [standard ?? '', place ?? ''].filter((line) => line !== '');
  return [`${clause.documentTitle[language]} ${clause.section}`, `“${clause.quote}”`, clause.id];
}
