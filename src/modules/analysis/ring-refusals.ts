import type { PolygonLayer, Refusal } from '../../kernel/index.ts';
import { localized } from '../../kernel/index.ts';
import { defectRuleOf, findDefects, isBlockingDefect } from '../../geometry/index.ts';

/** At most so many invalid features are named one by one. */
const NAMED = 20;

/**
 * Refusals for the features of a layer no area can be computed with: a run with any is refused, for a ring that crosses
 * itself would count land with the wrong sign.
 */
export function ringRefusals(layerName: string, layer: PolygonLayer): Refusal[] {
  const defects = findDefects(layer).filter(isBlockingDefect);
  const refusals = defects.slice(0, NAMED).map((defect): Refusal => {
    const featureNo = layer.featureNos[defect.feature]!;
    const [x, y] = defect.at;
    return {
      code: 'ANALYSIS_INVALID_RING',
      message: localized(
        `第 ${featureNo} 号要素：${defect.message.zh}，位于 (${x}, ${y})`,
        `feature ${featureNo}: ${defect.message.en}, at (${x}, ${y})`,
      ),
      remedy: defectRuleOf(defect.rule)?.remedy ?? localized('更正后重新分析', 'Correct it and run again.'),
      place: { layer: layerName, featureNo },
    };
  });
  if (defects.length > NAMED) {
    refusals.push({
      code: 'ANALYSIS_INVALID_RING',
      message: localized(
        `另有 ${defects.length - NAMED} 处图形错误`,
        `${defects.length - NAMED} more defects of rings`,
      ),
      remedy: localized('用质量检查列出全部错误', 'List them all with the quality check.'),
      place: { layer: layerName },
    });
  }
  return refusals;
}
