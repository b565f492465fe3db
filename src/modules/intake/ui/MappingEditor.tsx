import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { importTargetsQuery, type ImportCorrection, type ImportView } from '../../../web/api/endpoints.ts';
import { useI18n, type MessageKey } from '../../../web/i18n/index.tsx';

const MAPPED_BY: Readonly<Record<string, MessageKey>> = {
  exact: 'mapping.by.exact',
  alias: 'mapping.by.alias',
  remembered: 'mapping.by.remembered',
  user: 'evidence.by.user',
  none: 'mapping.by.none',
};

/** Which field of the file is read as which field of the survey. Changes are sent together, once. */
export function MappingEditor(props: {
  readonly item: ImportView;
  readonly busy: boolean;
  readonly onCorrect: (correction: ImportCorrection) => void;
}) {
  const { t, pick } = useI18n();
  const { item } = props;
  const targets = useQuery(importTargetsQuery(item.role));
  const [changed, setChanged] = useState<ReadonlyMap<string, string | null>>(new Map());
  const editable = item.state === 'staged' && !props.busy;
  const targetOf = (source: string, given: string | null): string | null =>
    changed.has(source) ? (changed.get(source) ?? null) : given;
  const taken = new Set(item.mapping.map((field) => targetOf(field.source, field.target)));
  const missing = (targets.data ?? []).filter((target) => target.required && !taken.has(target.name));
  if (item.mapping.length === 0) return <p className="quiet">{t('mapping.none')}</p>;
  return (
    <div className="mapping">
      {missing.length === 0 ? null : (
        <p className="field-hint">
          {t('mapping.missing', {
            fields: missing.map((field) => `${field.name} ${pick(field.title)}`).join(t('list.comma')),
          })}
        </p>
      )}
      <div className="table-scroll mapping-scroll">
        <table className="grid-table">
          <thead>
            <tr>
              <th scope="col">{t('mapping.source')}</th>
              <th scope="col">{t('mapping.target')}</th>
              <th scope="col">{t('mapping.by')}</th>
            </tr>
          </thead>
          <tbody>
            {item.mapping.map((field) => {
              const by = changed.has(field.source) ? 'evidence.by.user' : MAPPED_BY[field.decidedBy];
              return (
                <tr key={field.source}>
                  <td>
                    <code>{field.source}</code>
                  </td>
                  <td>
                    <Select
                      size="small"
                      className="mapping-select"
                      aria-label={t('mapping.targetOf', { field: field.source })}
                      disabled={!editable}
                      allowClear
                      showSearch={{ optionFilterProp: 'label' }}
                      placeholder={t('mapping.keep')}
                      value={targetOf(field.source, field.target)}
                      onChange={(target) => setChanged(new Map(changed).set(field.source, target ?? null))}
                      options={(targets.data ?? []).map((target) => ({
                        value: target.name,
                        label: `${target.name} ${pick(target.title)}${target.required ? ' *' : ''}`,
                      }))}
                    />
                  </td>
                  <td className="nowrap muted">{by === undefined ? field.decidedBy : t(by)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {changed.size === 0 ? null : (
        <p className="evidence-actions">
          <Button
            type="primary"
            size="small"
            onClick={() => {
              props.onCorrect({
                mapping: item.mapping.map((field) => ({
                  source: field.source,
                  target: targetOf(field.source, field.target),
                })),
              });
              setChanged(new Map());
            }}
          >
            {t('mapping.apply', { count: changed.size })}
          </Button>
          <Button size="small" onClick={() => setChanged(new Map())}>
            {t('action.reset')}
          </Button>
        </p>
      )}
    </div>
  );
}
