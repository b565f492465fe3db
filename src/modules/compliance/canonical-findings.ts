import { canonicalJson, err, localized, ok, type Json, type Refusal, type Result } from '../../kernel/index.ts';
import type { Findings } from './findings.ts';

/** The bytes of findings.json: canonical JSON and a final line end. The same findings give the same bytes. */
export function findingsText(findings: Findings): string {
  return `${canonicalJson(findings as unknown as Json)}\n`;
}

/** Reads a findings.json this version wrote. */
export function findingsOfText(text: string): Result<Findings, Refusal[]> {
  const refusal: Refusal = {
    code: 'FINDINGS-FILE',
    message: localized('这不是 tianchou.findings/1 文件', 'this is no tianchou.findings/1 file'),
    remedy: localized('请选择分析输出的 findings.json', 'choose a findings.json written by an analysis'),
  };
  try {
    const value = JSON.parse(text) as Partial<Findings> | null;
    const sound =
      value?.format === 'tianchou.findings/1' && Array.isArray(value.findings) && Array.isArray(value.notApplicable);
    return sound ? ok(value as Findings) : err([refusal]);
  } catch {
    return err([refusal]);
  }
}
