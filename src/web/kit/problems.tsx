import { Pagination } from 'antd';
import type { KeyboardEvent } from 'react';
import type { Localized, Severity } from '../../kernel/index.ts';
import type { ProblemPage } from '../api/endpoints.ts';
import { useI18n, type MessageKey } from '../i18n/index.tsx';
import { Count } from './area.tsx';

export const SEVERITY_KEYS: Readonly<Record<Severity, MessageKey>> = {
  error: 'severity.error',
  warning: 'severity.warning',
  note: 'severity.note',
};

export function SeverityMark(props: { readonly severity: Severity }) {
  const { t } = useI18n();
  return <span className={`mark mark-${props.severity}`}>{t(SEVERITY_KEYS[props.severity])}</span>;
}

export interface RuleGroup {
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
  readonly title: Localized;
  readonly state?: 'checked' | 'notChecked' | 'doesNotApply';
  readonly missing?: readonly Localized[];
  readonly citation?: Localized;
}

const SEVERITY_RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

function QuietRules(props: { readonly groups: readonly RuleGroup[] }) {
  const { pick, t } = useI18n();
  return (
    <ul>
      {props.groups.map((group) => (
        <li key={group.rule}>
          {pick(group.title)} <code>{group.rule}</code>
          {group.missing === undefined || group.missing.length === 0 ? null : (
            <span className="sub">
              {t('problems.missing')} {group.missing.map(pick).join('；')}
            </span>
          )}
          {group.citation === undefined ? null : <span className="sub">{pick(group.citation)}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Rules with their counts, the worst first; choosing one filters the problems. What found nothing is folded; what could not be checked is never shown as passed. */
export function RuleList(props: {
  readonly groups: readonly RuleGroup[];
  readonly chosen: string | undefined;
  readonly onChoose: (rule: string | undefined) => void;
}) {
  const { pick, t } = useI18n();
  const groups = [...props.groups].sort(
    (a, b) =>
      Number(a.count === 0) - Number(b.count === 0) ||
      SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
      b.count - a.count ||
      (a.rule < b.rule ? -1 : 1),
  );
  const quiet = groups.filter((group) => group.count === 0);
  const passed = quiet.filter((group) => (group.state ?? 'checked') === 'checked');
  const open = quiet.filter((group) => group.state === 'notChecked');
  const idle = quiet.filter((group) => group.state === 'doesNotApply');
  return (
    <div className="rule-list">
      <ul aria-label={t('problems.rules')}>
        {groups
          .filter((group) => group.count > 0)
          .map((group) => {
            const chosen = props.chosen === group.rule;
            return (
              <li key={group.rule}>
                <button
                  type="button"
                  className={`rule-item${chosen ? ' chosen' : ''}`}
                  aria-pressed={chosen}
                  onClick={() => props.onChoose(chosen ? undefined : group.rule)}
                >
                  <SeverityMark severity={group.severity} />
                  <span className="rule-title">
                    {pick(group.title)} <code>{group.rule}</code>
                    {chosen && group.citation !== undefined ? (
                      <span className="sub">{pick(group.citation)}</span>
                    ) : null}
                  </span>
                  <Count value={group.count} />
                </button>
              </li>
            );
          })}
      </ul>
      {open.length === 0 ? null : (
        <details className="rules-quiet" open>
          <summary>
            <span className="mark mark-person">{t('problems.notChecked')}</span>{' '}
            {t('problems.notCheckedCount', { count: open.length })}
          </summary>
          <QuietRules groups={open} />
        </details>
      )}
      {passed.length === 0 ? null : (
        <details className="rules-quiet">
          <summary>
            <span className="mark mark-pass">{t('problems.clean')}</span>{' '}
            {t('problems.passed', { count: passed.length })}
          </summary>
          <QuietRules groups={passed} />
        </details>
      )}
      {idle.length === 0 ? null : (
        <details className="rules-quiet">
          <summary>
            <span className="mark">{t('problems.idle')}</span> {t('problems.idleCount', { count: idle.length })}
          </summary>
          <QuietRules groups={idle} />
        </details>
      )}
    </div>
  );
}

/** Enter and space on a focusable row do what a click does. */
export function pressed(action: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    action();
  };
}

export type PlacedProblem = ProblemPage['problems'][number];

/** The problems themselves. A row zooms the map to its place. */
export function ProblemTable(props: {
  readonly page: ProblemPage;
  readonly pageSize: number;
  readonly chosen: string | undefined;
  readonly onChoose: (problem: PlacedProblem, key: string) => void;
  readonly onPage: (page: number) => void;
}) {
  const { pick, t } = useI18n();
  if (props.page.total === 0) return <p className="quiet">{t('problems.none')}</p>;
  return (
    <div className="problem-table">
      <table className="grid-table">
        <caption className="visually-hidden">{t('problems.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('problems.feature')}</th>
            <th scope="col">{t('problems.field')}</th>
            <th scope="col">{t('problems.what')}</th>
          </tr>
        </thead>
        <tbody>
          {props.page.problems.map((problem, index) => {
            const key = `${problem.rule}:${problem.featureNo ?? 'file'}:${props.page.offset + index}`;
            const choose = (): void => props.onChoose(problem, key);
            return (
              <tr
                key={key}
                tabIndex={0}
                className={props.chosen === key ? 'chosen' : ''}
                aria-selected={props.chosen === key}
                onClick={choose}
                onKeyDown={pressed(choose)}
              >
                <td className="figures nowrap">
                  <SeverityMark severity={problem.severity} />{' '}
                  {problem.featureNo === null ? t('problems.file') : `#${problem.featureNo}`}
                  {problem.id === null ? null : <span className="sub">{problem.id}</span>}
                </td>
                <td className="nowrap">{problem.field ?? '—'}</td>
                <td>
                  {pick(problem.message)}
                  {problem.remedy === undefined ? null : <span className="sub">{pick(problem.remedy)}</span>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {props.page.total > props.pageSize ? (
        <Pagination
          size="small"
          total={props.page.total}
          pageSize={props.pageSize}
          current={Math.floor(props.page.offset / props.pageSize) + 1}
          showSizeChanger={false}
          showTotal={(total) => t('list.total', { total })}
          onChange={props.onPage}
        />
      ) : null}
    </div>
  );
}
