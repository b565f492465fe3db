import { DeleteOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { LAYER_ROLE_NAMES, LAYER_ROLES } from '../../../kernel/index.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Count } from '../../../web/kit/area.tsx';
import { RefusalList } from '../../../web/kit/feedback.tsx';
import type { FileEntry } from './local-files.ts';
import type { LocalRole } from './local-protocol.ts';

/** Bytes as people read them. */
export function sizeText(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

const CRS_OPEN = /^INTAKE_CRS_/;

function CrsInput(props: { readonly onCrs: (epsg: number) => void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState('');
  return (
    <span className="evidence-actions">
      <Input
        size="small"
        className="crs-input"
        aria-label={t('crs.other')}
        placeholder={t('crs.other')}
        value={typed}
        onChange={(event) => setTyped(event.target.value.trim())}
      />
      <Button
        size="small"
        disabled={!/^(EPSG:)?\d{4}$/i.test(typed)}
        onClick={() => props.onCrs(Number(typed.replace(/^EPSG:/i, '')))}
      >
        {t('crs.readAgain')}
      </Button>
    </span>
  );
}

function FileRow(props: {
  readonly entry: FileEntry;
  readonly isTwice: boolean;
  readonly onRole: (role: LocalRole | 'unused') => void;
  readonly onCrs: (epsg: number) => void;
  readonly onRemove: () => void;
}) {
  const { t, pick, locale } = useI18n();
  const { entry } = props;
  const { look, refusals } = entry;
  return (
    <>
      <tr className={entry.role === 'unused' ? 'local-unused' : ''}>
        <td>
          <span className="row-title">{entry.file.name}</span>
          <span className="sub">
            {sizeText(
              [entry.file, ...entry.beside].reduce((sum, { size }) => sum + size, 0),
              locale,
            )}
            {entry.beside.length === 0 ? '' : ` · ${t('local.beside', { count: entry.beside.length })}`}
          </span>
        </td>
        <td>
          <Select
            className="local-role"
            size="small"
            aria-label={t('local.roleOf', { file: entry.file.name })}
            placeholder={t('local.roleChoose')}
            value={entry.role}
            status={props.isTwice ? 'error' : ''}
            popupMatchSelectWidth={false}
            onChange={(role) => role !== null && props.onRole(role)}
            options={[
              ...LAYER_ROLES.map((role) => ({
                value: role as LocalRole | 'unused',
                label: role === 'project' ? t('local.plan') : pick(LAYER_ROLE_NAMES[role]),
              })),
              { value: 'own' as const, label: t('local.own') },
              { value: 'unused' as const, label: t('local.unused') },
            ]}
          />
        </td>
        <td>
          {look === null ? (
            <span className={refusals.length > 0 ? 'mark mark-fail' : 'muted'}>
              {t(refusals.length > 0 ? 'local.unreadable' : 'local.looking')}
            </span>
          ) : (
            <>
              {look.format} · {look.layerName}
              <span className="sub">
                EPSG:{look.crs.epsg}
                {look.encoding === null ? '' : ` · ${look.encoding.encoding.toUpperCase()}`}
              </span>
            </>
          )}
        </td>
        <td className="number">{look?.featureCount == null ? '—' : <Count value={look.featureCount} />}</td>
        <td>
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('local.remove', { file: entry.file.name })}
            onClick={props.onRemove}
          />
        </td>
      </tr>
      {refusals.length === 0 || entry.role === 'unused' ? null : (
        <tr>
          <td colSpan={5}>
            <RefusalList refusals={refusals} />
            {refusals.some(({ code }) => CRS_OPEN.test(code)) ? <CrsInput onCrs={props.onCrs} /> : null}
          </td>
        </tr>
      )}
    </>
  );
}

/** The dropped files as a table: what each is, and what it is for. */
export function LocalFiles(props: {
  readonly entries: readonly FileEntry[];
  readonly onRole: (id: string, role: LocalRole | 'unused') => void;
  readonly onCrs: (id: string, epsg: number) => void;
  readonly onRemove: (entry: FileEntry) => void;
}) {
  const { t } = useI18n();
  const { entries } = props;
  const count = (role: FileEntry['role']): number =>
    role === null || role === 'own' || role === 'unused' ? 0 : entries.filter((entry) => entry.role === role).length;
  return (
    <div className="table-scroll">
      <table className="grid-table local-files">
        <thead>
          <tr>
            <th scope="col">{t('import.file')}</th>
            <th scope="col">{t('local.role')}</th>
            <th scope="col">{t('local.found')}</th>
            <th scope="col" className="number">
              {t('import.rows')}
            </th>
            <th scope="col">
              <span className="visually-hidden">{t('local.removeHead')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <FileRow
              key={entry.id}
              entry={entry}
              isTwice={count(entry.role) > 1}
              onRole={(role) => props.onRole(entry.id, role)}
              onCrs={(epsg) => props.onCrs(entry.id, epsg)}
              onRemove={() => props.onRemove(entry)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
