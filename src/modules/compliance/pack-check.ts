import { localized, type Problem, type Severity } from '../../kernel/index.ts';
import {
  citedValues,
  clauseIdsOf,
  clauseIdsOfSource,
  readLog,
  type ClauseRegister,
  type Pack,
} from '../../policy/index.ts';
import { FIGURES, type FigureSet } from '../balance/index.ts';
import { judge } from './judge.ts';
import { analysisParametersOf, minimumAreasOf, reviewThresholdsOf } from './settings-of-pack.ts';

/**
 * Figures that are all known, and for which every condition of the pack applies or not as it happens: 1 everywhere.
 * Judging them reads every value a pack puts to use, and none it does not.
 */
export function specimenFigures(): FigureSet {
  return Object.fromEntries(
    FIGURES.map((figure) => [figure.id, { known: true, numerator: 1n, denominator: 1n, parcels: [], plots: [] }]),
  );
}

const NO_HASH = (): string => '';

/** Paths of the pack values the engine reads when it judges and analyses with this pack. */
export function pathsReadBy(pack: Pack): ReadonlySet<string> {
  const log = readLog();
  analysisParametersOf(pack, log);
  minimumAreasOf(pack, log);
  reviewThresholdsOf(pack, log);
  judge(
    pack,
    specimenFigures(),
    { inputHash: '', projectName: null, divisionCode: null, layers: [] },
    { sha256: NO_HASH, log },
  );
  return log.paths;
}

function problem(rule: string, severity: Severity, id: string | null, zh: string, en: string): Problem {
  return { rule, severity, featureNo: null, id, message: localized(zh, en) };
}

/**
 * What a pack that loads can still have wrong: values nothing reads, clauses nobody accounts for, a clause both carried
 * out and listed as not covered, values the text leaves open or that nobody has verified (notes). Everything a pack
 * must not have at all (unknown clause, figure or key, bad formula, uncited number) is refused when it is loaded.
 */
export function checkPack(pack: Pack, register: ClauseRegister): Problem[] {
  const problems: Problem[] = [];
  const read = pathsReadBy(pack);
  const readIds = new Set<string>();
  for (const value of citedValues(pack)) {
    if (read.has(value.path)) for (const id of clauseIdsOfSource(value.source)) readIds.add(id);
    else
      problems.push(
        problem(
          'pack.dead-value',
          'error',
          value.path,
          `${value.path} 没有被任何规则使用`,
          `nothing uses ${value.path}`,
        ),
      );
    if (value.confidence === 'unverified') {
      problems.push(
        problem(
          'pack.unverified',
          'note',
          value.path,
          `${value.path} 的取值未经核对`,
          `the value of ${value.path} is unverified`,
        ),
      );
    }
  }
  for (const parameter of pack.parameters.values()) {
    if (parameter.value !== null) continue;
    const { zh, en } = parameter.title;
    problems.push(problem('pack.not-set', 'note', parameter.path, `未设定：${zh}`, `not set: ${en}`));
  }
  const listed = new Set(pack.notCovered.map((entry) => entry.id));
  for (const plan of pack.plans) {
    for (const id of clauseIdsOf(register, plan)) {
      if (readIds.has(id) && listed.has(id)) {
        problems.push(
          problem(
            'pack.contradiction',
            'error',
            id,
            `${id} 已引用，又列为未落实`,
            `${id} is cited and yet listed as not covered`,
          ),
        );
      } else if (!readIds.has(id) && !listed.has(id)) {
        problems.push(problem('pack.unaccounted', 'error', id, `${id} 没有说明`, `nothing accounts for ${id}`));
      }
    }
  }
  for (const check of pack.checks) {
    // A refusal nobody verified would stop a project on hearsay.
    if (check.effect === 'refuse' && check.confidence === 'unverified') {
      problems.push(
        problem(
          'pack.unverified-refusal',
          'error',
          check.path,
          `${check.path} 以未经核对的值否决`,
          `${check.path} refuses on an unverified value`,
        ),
      );
    }
  }
  return problems;
}
