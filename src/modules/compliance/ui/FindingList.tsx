import type { Localized } from '../../../kernel/index.ts';
import { useI18n, type MessageKey } from '../../../web/i18n/index.tsx';
import type { Comparison, Finding, FindingSource, Findings, Verdict } from '../findings.ts';

export const VERDICT_KEYS: Readonly<Record<Verdict, MessageKey>> = {
  pass: 'verdict.pass',
  fail: 'verdict.fail',
  person: 'verdict.person',
};

const COMPARISON_KEYS: Readonly<Record<Comparison['comparison'], MessageKey>> = {
  atLeast: 'comparison.atLeast',
  above: 'comparison.above',
  atMost: 'comparison.atMost',
  below: 'comparison.below',
  equals: 'comparison.equals',
};

const EFFECT_KEYS: Readonly<Record<Finding['effect'], MessageKey>> = {
  refuse: 'effect.refuse',
  warn: 'effect.warn',
  person: 'effect.person',
};

const ORDER: Readonly<Record<Verdict, number>> = { fail: 0, person: 1, pass: 2 };

/** Findings in the order a reviewer works: what fails, what needs eyes, what holds. */
export function reviewOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => ORDER[a.finding.verdict] - ORDER[b.finding.verdict] || a.index - b.index)
    .map(({ finding }) => finding);
}

export function VerdictMark(props: { readonly verdict: Verdict }) {
  const { t } = useI18n();
  return <span className={`mark mark-${props.verdict}`}>{t(VERDICT_KEYS[props.verdict])}</span>;
}

function ComparisonLine(props: { readonly comparison: Comparison; readonly title?: Localized }) {
  const { t, pick } = useI18n();
  const { comparison } = props;
  return (
    <p
      className={`comparison${comparison.holds === null ? '' : comparison.holds ? ' comparison-held' : ' comparison-missed'}`}
    >
      {props.title === undefined ? null : <span className="sub">{pick(props.title)}</span>}
      <span className="comparison-value figures">
        {comparison.valueDisplay === null ? t('finding.unknown') : pick(comparison.valueDisplay)}
      </span>
      <span className="comparison-sign">{t(COMPARISON_KEYS[comparison.comparison])}</span>
      <span className="comparison-value figures">
        {comparison.thresholdDisplay === null ? t('finding.notSet') : pick(comparison.thresholdDisplay)}
      </span>
      {/* Findings stored before formulas had words show their names alone, in the list of figures. */}
      {comparison.formulaWords === undefined ? null : (
        <span className="comparison-formula">{pick(comparison.formulaWords)}</span>
      )}
    </p>
  );
}

function SourceQuote(props: { readonly source: FindingSource }) {
  const { t, pick } = useI18n();
  const { source } = props;
  return (
    <div className="finding-source">
      {[...(source.clause === null ? [] : [source.clause]), ...source.also].map((clause) => (
        <blockquote key={clause.id}>
          <p lang="zh-CN">{clause.quote}</p>
          <footer>
            <code>{clause.id}</code> {pick(clause.documentTitle)} {clause.section}
          </footer>
        </blockquote>
      ))}
      {source.standard === null ? null : (
        <p className="sub">
          {t('finding.standard')} {source.standard} {source.place}
        </p>
      )}
      {source.confidence === 'unverified' ? <p className="sub tone-person">{t('finding.unverified')}</p> : null}
    </div>
  );
}

function Detail(props: {
  readonly finding: Finding;
  readonly onParcel: (featureNo: number) => void;
  readonly onPlot: (plotId: string) => void;
}) {
  const { t, pick } = useI18n();
  const { finding } = props;
  return (
    <div className="finding-detail">
      {finding.missing.length === 0 ? null : (
        <div>
          <h4>{t('finding.missing')}</h4>
          <ul className="bullets">
            {finding.missing.map((missing) => (
              <li key={missing.zh}>{pick(missing)}</li>
            ))}
          </ul>
        </div>
      )}
      {finding.lookAt === null ? null : (
        <div>
          <h4>{t('finding.lookAt')}</h4>
          <p>{pick(finding.lookAt)}</p>
        </div>
      )}
      {finding.verdict === 'pass' ? null : (
        <div>
          <h4>{t('finding.remedy')}</h4>
          <p>{pick(finding.remedy)}</p>
        </div>
      )}
      {finding.figures.length === 0 ? null : (
        <div>
          <h4>{t('finding.figures')}</h4>
          <dl className="figure-list">
            {finding.figures.map((figure) => (
              <div key={figure.id}>
                <dt>{pick(figure.name)}</dt>
                <dd className="figures">
                  {figure.display === null ? (
                    <span className="muted">{figure.missing.map(pick).join('；') || '—'}</span>
                  ) : (
                    pick(figure.display)
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
      {finding.readings.map((reading) => (
        <ComparisonLine key={reading.title.zh} comparison={reading} title={reading.title} />
      ))}
      {finding.documents.length === 0 ? null : (
        <div>
          <h4>{t('finding.documents')}</h4>
          <ul className="bullets">
            {finding.documents.map((document) => (
              <li key={document.zh}>{pick(document)}</li>
            ))}
          </ul>
        </div>
      )}
      {finding.plots.length === 0 && finding.parcels.length === 0 ? null : (
        <div>
          <h4>{t('finding.where', { parcels: finding.parcels.length, plots: finding.plots.length })}</h4>
          <p className="chips">
            {finding.plots.slice(0, 40).map((plotId) => (
              <button type="button" className="chip" key={`plot-${plotId}`} onClick={() => props.onPlot(plotId)}>
                {plotId}
              </button>
            ))}
            {finding.parcels.slice(0, 60).map((featureNo) => (
              <button type="button" className="chip" key={featureNo} onClick={() => props.onParcel(featureNo)}>
                #{featureNo}
              </button>
            ))}
            {finding.parcels.length > 60 ? (
              <span className="muted">{t('finding.more', { count: finding.parcels.length - 60 })}</span>
            ) : null}
          </p>
        </div>
      )}
      <h4>{t('finding.source')}</h4>
      <SourceQuote source={finding.source} />
      {finding.exceptionAllowed ? <p className="sub">{t('finding.exception')}</p> : null}
      <p className="sub">
        <code>{finding.checkId}</code> · {finding.packId} {finding.packVersion} · {t('run.input')}{' '}
        <code>{finding.inputHash.slice(0, 12)}</code>
      </p>
    </div>
  );
}

/** The verdicts as a checklist with proof: choose one and it opens, and the map shows what it speaks of. */
export function FindingList(props: {
  readonly findings: Findings;
  readonly verdict: Verdict | undefined;
  readonly chosen: string | undefined;
  /** Findings that name the parcel selected on the map. */
  readonly marked: ReadonlySet<string>;
  readonly onVerdict: (verdict: Verdict | undefined) => void;
  readonly onChoose: (checkId: string | undefined) => void;
  readonly onParcel: (featureNo: number) => void;
  readonly onPlot: (plotId: string) => void;
}) {
  const { t, pick } = useI18n();
  const { counts } = props.findings;
  const shown = reviewOrder(props.findings.findings).filter(
    (finding) => props.verdict === undefined || finding.verdict === props.verdict,
  );
  return (
    <div className="findings">
      <div className="verdict-filter" role="group" aria-label={t('finding.filter')}>
        {(['fail', 'person', 'pass'] as const).map((verdict) => (
          <button
            key={verdict}
            type="button"
            className={`verdict-count verdict-${verdict}`}
            aria-pressed={props.verdict === verdict}
            onClick={() => props.onVerdict(props.verdict === verdict ? undefined : verdict)}
          >
            <strong className="figures">{counts[verdict]}</strong> {t(VERDICT_KEYS[verdict])}
          </button>
        ))}
      </div>
      <ul>
        {shown.map((finding) => {
          const open = props.chosen === finding.checkId;
          return (
            <li
              key={finding.checkId}
              className={`finding verdict-${finding.verdict}${open ? ' open' : ''}${props.marked.has(finding.checkId) ? ' marked' : ''}`}
            >
              <button
                type="button"
                className="finding-head"
                aria-expanded={open}
                onClick={() => props.onChoose(open ? undefined : finding.checkId)}
              >
                <VerdictMark verdict={finding.verdict} />
                <span className="finding-title">
                  {pick(finding.title)}
                  <span className="sub">
                    {finding.kind === 'review' ? t('finding.review') : t(EFFECT_KEYS[finding.effect])}
                    {finding.source.clause === null
                      ? ''
                      : ` · ${pick(finding.source.clause.documentTitle)} ${finding.source.clause.section}`}
                  </span>
                </span>
              </button>
              {finding.comparison === null ? null : <ComparisonLine comparison={finding.comparison} />}
              {open ? <Detail finding={finding} onParcel={props.onParcel} onPlot={props.onPlot} /> : null}
            </li>
          );
        })}
      </ul>
      {props.findings.notApplicable.length === 0 ? null : (
        <details className="not-applicable">
          <summary>{t('finding.notApplicable', { count: props.findings.notApplicable.length })}</summary>
          <ul className="bullets">
            {props.findings.notApplicable.map((rule) => (
              <li key={rule.checkId}>
                {pick(rule.title)} <ComparisonLine comparison={rule.condition} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
