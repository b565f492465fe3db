import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { projectsQuery } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Area, Count } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded } from '../../../web/kit/feedback.tsx';
import { ScreenHead } from '../../../web/kit/screen.tsx';
import { projectTypeText } from './words.ts';

/** Analysis begins with a project; with one project there is still a page, so that the address means the same tomorrow. */
export function AnalysisChoiceScreen() {
  const { t } = useI18n();
  const query = useQuery(projectsQuery);
  return (
    <>
      <ScreenHead title={t('analysis.choose')} facts={<p className="muted">{t('analysis.chooseSub')}</p>} />
      <div className="page">
        <Loaded query={query}>
          {(projects) =>
            projects.length === 0 ? (
              <EmptyPanel title={t('project.none')} next={t('project.noneNext')}>
                <Link to="/projects">{t('nav.projects')}</Link>
              </EmptyPanel>
            ) : (
              <ul className="choice-list">
                {projects.map((project) => (
                  <li key={project.projectId}>
                    <Link to="/projects/$projectId/analysis" params={{ projectId: project.projectId }}>
                      <strong>{project.name}</strong>
                      <span>{projectTypeText(t, project.type)}</span>
                      <span>
                        {t('project.plots')} <Count value={project.plotCount} />
                      </span>
                      <span>
                        <Area dm2={project.areaDm2} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </>
  );
}
