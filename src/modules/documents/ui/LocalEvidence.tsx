import { useI18n } from '../../../web/i18n/index.tsx';
import { Count } from '../../../web/kit/area.tsx';
import { SeverityMark } from '../../../web/kit/problems.tsx';
import type { Problem } from '../../../kernel/index.ts';
import { CrsProof, EncodingProof } from '../../intake/ui/Evidence.tsx';
import type { LocalOutcome } from './local-protocol.ts';

function ProblemLines(props: { readonly problems: readonly Problem[]; readonly count: number }) {
  const { t, pick } = useI18n();
  if (props.count === 0) return <p className="quiet">{t('local.noProblems')}</p>;
  return (
    <>
      <ul className="local-problems">
        {props.problems.map((problem, index) => (
          <li key={`${problem.rule}-${problem.featureNo}-${index}`}>
            <SeverityMark severity={problem.severity} /> {problem.featureNo === null ? '' : `#${problem.featureNo} `}
            {pick(problem.message)}
            {problem.remedy === undefined ? null : <span className="sub">{pick(problem.remedy)}</span>}
          </li>
        ))}
      </ul>
      {props.count > props.problems.length ? (
        <p className="quiet">{t('local.moreProblems', { count: props.count - props.problems.length })}</p>
      ) : null}
    </>
  );
}

const nothing = (): void => {};

/** How every file was understood, and what the run remarked: the proof behind the figures. */
export function LocalEvidence(props: { readonly outcome: LocalOutcome }) {
  const { t, pick } = useI18n();
  const { outcome } = props;
  const { read, compute } = outcome.milliseconds;
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);
  return (
    <div className="local-evidence">
      <dl className="local-facts">
        {outcome.facts.map(({ name, value }) => (
          <div key={name.zh}>
            <dt>{pick(name)}</dt>
            <dd>{pick(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{t('local.time')}</dt>
          <dd className="figures">{t('local.timeParts', { read: seconds(read), compute: seconds(compute) })}</dd>
        </div>
      </dl>
      <h3 className="side-heading">{t('local.runProblems')}</h3>
      <ProblemLines
        problems={outcome.problems.filter(({ severity }) => severity !== 'note').slice(0, 100)}
        count={outcome.problems.filter(({ severity }) => severity !== 'note').length}
      />
      <div className="local-proofs">
        {outcome.files.map((file) => {
          const item = {
            encoding: file.encoding,
            crs: file.crs,
            box: null,
            state: 'committed' as const,
            refusals: [],
          };
          return (
            <section key={file.id} className="local-file-proof">
              <h3>
                {file.name}{' '}
                <span className="sub">
                  <Count value={file.features} /> · SHA-256 <code title={file.sha256}>{file.sha256.slice(0, 16)}</code>
                </span>
              </h3>
              <CrsProof item={item} busy onCorrect={nothing} />
              {file.encoding === null ? null : <EncodingProof item={item} busy onCorrect={nothing} />}
              <ProblemLines problems={file.problems} count={file.problemCount} />
            </section>
          );
        })}
      </div>
    </div>
  );
}
