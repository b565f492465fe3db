import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { AutoComplete, Input, Select } from 'antd';
import { useState } from 'react';
import { LAYER_ROLE_NAMES, LAYER_ROLES, type LayerRole } from '../../../kernel/index.ts';
import { countiesQuery, importsQuery, postImport, type ImportView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count, Moment } from '../../../web/kit/area.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { DropZone } from '../../../web/kit/upload.tsx';
import { OnlyLook } from '../../../web/kit/only-look.tsx';
import { useCounty } from '../../../web/map/current-layers.ts';
import { useMay } from '../../../web/session.tsx';

/** A project is not imported as a layer here: a plan has a screen of its own. */
const IMPORT_ROLES: readonly LayerRole[] = LAYER_ROLES.filter((role) => role !== 'project');

/** Today where the person sits, yyyy-mm-dd. */
function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function NewImportForm() {
  const { t, pick } = useI18n();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const known = useCounty();
  const { data: counties } = useQuery(countiesQuery);
  const [role, setRole] = useState<LayerRole>('parcels');
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [asOf, setAsOf] = useState(today);
  const [sent, setSent] = useState<number | null>(null);
  const county = typed ?? known ?? '';
  const valid = /^\d{6}$/.test(county);
  const upload = useMutation({
    mutationFn: (file: File) => {
      setSent(0);
      return postImport({ file, role, countyCode: county, asOf }, setSent);
    },
    onSettled: () => setSent(null),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['imports'] });
      await navigate({ to: '/import/$importId', params: { importId: made.importId } });
    },
  });
  return (
    <Panel title={t('import.new')}>
      <div className="form-row">
        <label>
          <span>{t('import.role')}</span>
          <Select
            value={role}
            onChange={setRole}
            options={IMPORT_ROLES.map((each) => ({ value: each, label: pick(LAYER_ROLE_NAMES[each]) }))}
          />
        </label>
        <label>
          <span>{t('import.county')}</span>
          <AutoComplete
            value={county}
            status={valid || county === '' ? '' : 'error'}
            onChange={(value: string) => setTyped(value.trim())}
            options={(counties ?? []).map((each) => ({ value: each.code, label: `${each.code} ${pick(each.name)}` }))}
          />
        </label>
        <label>
          <span>{t('import.asOf')}</span>
          <Input type="date" value={asOf} onChange={(event) => setAsOf(event.target.value)} />
        </label>
      </div>
      {valid ? null : <p className="field-hint">{t('import.countyHint')}</p>}
      <DropZone
        title={t('import.drop')}
        hint={t('import.dropHint')}
        accept=".zip,.gpkg,.geojson,.json,.fgb,.txt,.csv,.xlsx"
        sent={sent}
        disabled={!valid || asOf === ''}
        onFile={(file) => upload.mutate(file)}
      />
      <p className="quiet">{t('import.nothingStored')}</p>
      {upload.error === null ? null : <RefusalList refusals={refusalsOf(upload.error)} />}
    </Panel>
  );
}

function ImportRow(props: { readonly item: ImportView }) {
  const { t, pick } = useI18n();
  const { item } = props;
  return (
    <tr>
      <td>
        <Link to="/import/$importId" params={{ importId: item.importId }} className="row-title">
          {item.fileName}
        </Link>
        <span className="sub">
          {item.format ?? '—'} {item.layerName}
        </span>
      </td>
      <td>{pick(LAYER_ROLE_NAMES[item.role])}</td>
      <td>
        <span className={`mark mark-${item.state}`}>{t(`import.state.${item.state}`)}</span>
      </td>
      <td className="number">
        <Count value={item.featureCount} />
      </td>
      <td className="number">
        <Count value={item.badCount} />
      </td>
      <td className="nowrap">
        <Moment iso={item.createdAt} />
      </td>
    </tr>
  );
}

/** The intake desk: hand in a file, see every batch that came in. */
export function ImportsScreen() {
  const { t } = useI18n();
  const query = useQuery(importsQuery);
  const mayImport = useMay('POST', '/api/imports');
  return (
    <>
      <ScreenHead title={t('import.title')} facts={<p className="muted">{t('import.sub')}</p>} />
      <div className="page">
        {mayImport ? <NewImportForm /> : <OnlyLook what="gate.what.import" />}
        <Panel title={t('import.batches')} flush>
          <Loaded query={query}>
            {(items) =>
              items.length === 0 ? (
                <EmptyPanel title={t('import.none')} next={t(mayImport ? 'import.noneNext' : 'import.noneNextOther')} />
              ) : (
                <div className="table-scroll">
                  <table className="grid-table">
                    <thead>
                      <tr>
                        <th scope="col">{t('import.file')}</th>
                        <th scope="col">{t('import.role')}</th>
                        <th scope="col">{t('import.state')}</th>
                        <th scope="col" className="number">
                          {t('import.rows')}
                        </th>
                        <th scope="col" className="number">
                          {t('import.bad')}
                        </th>
                        <th scope="col">{t('list.created')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((item) => (
                        <ImportRow key={item.importId} item={item} />
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
