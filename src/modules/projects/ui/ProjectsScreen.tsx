import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useState } from 'react';
import { postProject, projectsQuery, type ProjectView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Area, Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { OnlyLook } from '../../../web/kit/only-look.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { DropZone } from '../../../web/kit/upload.tsx';
import { useCounty } from '../../../web/map/current-layers.ts';
import { useMay } from '../../../web/session.tsx';
import { AREA_UNIT_KEYS, useAreaUnit } from '../../../web/units.tsx';
import { contentText, projectTypeText } from './words.ts';

function ProjectRow(props: { readonly project: ProjectView }) {
  const { t } = useI18n();
  const unit = useAreaUnit();
  const { project } = props;
  return (
    <tr>
      <td data-label={t('project.name')}>
        <Link to="/projects/$projectId" params={{ projectId: project.projectId }} className="row-title">
          {project.name}
        </Link>
        {project.remarks.length === 0 ? null : (
          <span className="mark mark-person">{t('project.remarkCount', { count: project.remarks.length })}</span>
        )}
      </td>
      <td data-label={t('project.type')}>{projectTypeText(t, project.type)}</td>
      <td data-label={t('project.contents')}>
        {project.contents.map((content) => contentText(t, content)).join(t('list.comma')) || '—'}
      </td>
      <td data-label={t('project.plots')} className="number">
        <Count value={project.plotCount} />
      </td>
      <td data-label={`${t('project.area')} ${t(AREA_UNIT_KEYS[unit])}`} className="number">
        <Area dm2={project.areaDm2} bare />
      </td>
      <td data-label={t('list.created')} className="nowrap">
        <Moment iso={project.createdAt} />
      </td>
      <td className="nowrap row-actions">
        <Link to="/projects/$projectId" params={{ projectId: project.projectId }}>
          {t('project.open')}
        </Link>
        <Link to="/projects/$projectId/analysis" params={{ projectId: project.projectId }}>
          {t('nav.analysis')}
        </Link>
      </td>
    </tr>
  );
}

/** Every project, and the place to bring a new plan in. */
export function ProjectsScreen() {
  const { t } = useI18n();
  const unit = useAreaUnit();
  const query = useQuery(projectsQuery);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const county = useCounty();
  const mayUpload = useMay('POST', '/api/projects');
  const [sent, setSent] = useState<number | null>(null);
  const [open, setOpen] = useState(false);
  const upload = useMutation({
    mutationFn: (file: File) => {
      setSent(0);
      return postProject(file, county ?? '', setSent);
    },
    onSettled: () => setSent(null),
    onSuccess: async (project) => {
      await queries.invalidateQueries({ queryKey: ['projects'] });
      void message.success(t('project.added', { name: project.name }));
      await navigate({ to: '/projects/$projectId', params: { projectId: project.projectId } });
    },
  });
  const mine = (query.data ?? []).filter(
    (project) => county === undefined || project.countyCode.startsWith(county.slice(0, 6)),
  );
  const zone = (
    <DropZone
      title={t('project.drop')}
      hint={t('project.dropHint')}
      accept=".gpkg,.zip,.geojson,.json,.txt"
      sent={sent}
      disabled={county === undefined}
      onFile={(file) => upload.mutate(file)}
    />
  );
  return (
    <>
      <ScreenHead
        title={t('project.list')}
        facts={<p className="muted">{t('project.listSub')}</p>}
        actions={
          mayUpload ? (
            <Button type="primary" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('project.new')}
            </Button>
          ) : (
            <OnlyLook what="gate.what.project" />
          )
        }
      />
      <div className="page">
        {mayUpload && (open || (query.data !== undefined && mine.length === 0)) ? (
          <Panel title={t('project.newTitle')}>
            {zone}
            {upload.error === null ? null : <RefusalList refusals={refusalsOf(upload.error)} />}
          </Panel>
        ) : null}
        <Panel flush>
          <Loaded query={query}>
            {() =>
              mine.length === 0 ? (
                <EmptyPanel title={t('project.none')} next={t('project.noneNext')} />
              ) : (
                <div className="table-scroll">
                  <table className="grid-table card-table">
                    <thead>
                      <tr>
                        <th scope="col">{t('project.name')}</th>
                        <th scope="col">{t('project.type')}</th>
                        <th scope="col">{t('project.contents')}</th>
                        <th scope="col" className="number">
                          {t('project.plots')}
                        </th>
                        <th scope="col" className="number">
                          {t('project.area')} <span className="unit">{t(AREA_UNIT_KEYS[unit])}</span>
                        </th>
                        <th scope="col">{t('list.created')}</th>
                        <th scope="col">
                          <span className="visually-hidden">{t('list.actions')}</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {mine.map((project) => (
                        <ProjectRow key={project.projectId} project={project} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}
