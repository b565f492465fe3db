import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useMemo, useState, type FormEvent } from 'react';
import { divisionLevel, divisionsAbove } from '../../../kernel/index.ts';
import { createDivision, divisionsQuery } from '../../../web/api/access.ts';
import type { DivisionView } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { EmptyPanel, Loaded, RefusalList, refusalsOf } from '../../../web/kit/feedback.tsx';
import { Panel, ScreenHead } from '../../../web/kit/screen.tsx';
import { useMay } from '../../../web/session.tsx';
import { useUrlState } from '../../../web/url-state.ts';
import { TextField } from './PasswordField.tsx';
import { Separation } from './Separation.tsx';

const DEPTHS = { province: 0, city: 1, county: 2, township: 3, village: 4 } as const;

function NewDivision(props: { readonly known: readonly DivisionView[]; readonly onDone: () => void }) {
  const { t, pick } = useI18n();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const [nameZh, setNameZh] = useState('');
  const [nameEn, setNameEn] = useState('');
  const make = useMutation({
    mutationFn: () => createDivision({ code, nameZh, nameEn: nameEn.trim() || nameZh }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['divisions'] });
      props.onDone();
    },
  });
  const level = divisionLevel(code);
  const above = divisionsAbove(code);
  const parent =
    level === undefined
      ? undefined
      : props.known.find(
          (each) =>
            above.includes(each.code) &&
            each.code === above.find((one) => props.known.some((known) => known.code === one)),
        );
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="field-row">
        <TextField
          id="division-code"
          label={t('division.code')}
          value={code}
          onChange={(next) => setCode(next.trim())}
          inputMode="numeric"
          maxLength={12}
          autoFocus
          wrong={code !== '' && level === undefined}
          hint={
            level === undefined
              ? t('division.codeHint')
              : parent === undefined
                ? t('division.isTop', { level: t(`division.level.${level}`) })
                : t('division.isUnder', { level: t(`division.level.${level}`), parent: pick(parent.name) })
          }
        />
        <TextField id="division-zh" label={t('division.nameZh')} value={nameZh} onChange={setNameZh} />
        <TextField
          id="division-en"
          label={t('division.nameEn')}
          value={nameEn}
          onChange={setNameEn}
          isOptional
          hint={t('division.nameEnHint')}
        />
      </div>
      {make.error === null ? null : <RefusalList refusals={refusalsOf(make.error)} />}
      <div className="button-row">
        <Button
          type="primary"
          htmlType="submit"
          loading={make.isPending}
          disabled={level === undefined || nameZh.trim() === ''}
        >
          {t('division.make')}
        </Button>
        <Button onClick={props.onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

/** The tree of divisions: what scopes of data are cut from. */
export function DivisionsScreen() {
  const { t, pick } = useI18n();
  const [state, change] = useUrlState();
  const mayCreate = useMay('POST', '/api/divisions');
  const query = useQuery(divisionsQuery);
  const isNew = mayCreate && state.tab === 'new';
  const wanted = state.q ?? '';
  const shown = useMemo(
    () =>
      (query.data ?? []).filter(
        (each) =>
          wanted === '' ||
          each.code.startsWith(wanted) ||
          each.name.zh.includes(wanted) ||
          each.name.en.toLowerCase().includes(wanted.toLowerCase()),
      ),
    [query.data, wanted],
  );
  // The tree begins at what is registered: a county alone is not drawn under a province nobody named.
  const top = Math.min(...shown.map((each) => DEPTHS[each.level]));
  return (
    <>
      <ScreenHead
        title={t('nav.divisions')}
        facts={<Separation />}
        actions={
          mayCreate ? (
            <Button type="primary" aria-expanded={isNew} onClick={() => change({ tab: isNew ? undefined : 'new' })}>
              {t('division.new')}
            </Button>
          ) : undefined
        }
      />
      <div className="page">
        {isNew ? (
          <Panel title={t('division.new')}>
            <NewDivision known={query.data ?? []} onDone={() => change({ tab: undefined }, { replace: true })} />
          </Panel>
        ) : null}
        <Panel flush>
          <div className="list-filters">
            <Input.Search
              className="list-search"
              allowClear
              aria-label={t('division.search')}
              placeholder={t('division.search')}
              defaultValue={wanted}
              onChange={(event) => change({ q: event.target.value || undefined }, { replace: true })}
            />
          </div>
          <Loaded query={query}>
            {(all) =>
              all.length === 0 ? (
                <EmptyPanel title={t('division.none')} next={t('division.noneNext')} />
              ) : (
                <ul className="division-tree">
                  {shown.map((each) => (
                    <li key={each.code} data-depth={DEPTHS[each.level] - top}>
                      <span className="division-name">{pick(each.name)}</span>
                      <code>{each.code}</code>
                      <span className="muted">{t(`division.level.${each.level}`)}</span>
                    </li>
                  ))}
                </ul>
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}
