import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, Segmented, Select } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useEffect, useMemo, useState } from 'react';
import { countiesQuery, statusQuery } from '../api/endpoints.ts';
import { LanguageProvider, useI18n, type MessageKey } from '../i18n/index.tsx';
import { applyScheme, componentTheme, initialScheme, rememberScheme, type ColourScheme } from '../theme.ts';
import { AREA_UNIT_KEYS, AREA_UNITS, areaUnitOf, UnitProvider } from '../units.tsx';
import { useUrlState } from '../url-state.ts';
import { SchemeContext } from './scheme.tsx';

const NAVIGATION = [
  { to: '/projects', key: 'nav.projects' },
  { to: '/map', key: 'nav.map' },
  { to: '/import', key: 'nav.import' },
  { to: '/quality', key: 'nav.quality' },
  { to: '/analysis', key: 'nav.analysis' },
  { to: '/local', key: 'nav.local' },
] as const satisfies readonly { to: string; key: MessageKey }[];

function Mark() {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4 6h24v20H4z" fill="none" stroke="currentColor" strokeWidth="2" />
      <path
        d="M4 13.5c8.5-3.5 15 3.5 24 0M16 6v20M4 20.5c6-2.5 8 1 12 0"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
    </svg>
  );
}

/** What everyone must know about this installation: where the data live, that they are fictitious, that they still load. */
function Notices() {
  const { t } = useI18n();
  const { data: status } = useQuery(statusQuery);
  if (status === undefined) return null;
  return (
    <div className="notices">
      {status.loading === null ? null : (
        <span className="notice notice-loading" role="status">
          {t('notice.loading', { percent: Math.floor(status.loading * 100) })}
        </span>
      )}
      {status.demo ? (
        <span className="notice" title={t('notice.demoMore')}>
          {t('notice.demo')}
        </span>
      ) : null}
      {status.database === 'embedded' ? (
        <span className="notice notice-embedded" title={t('notice.embeddedMore')}>
          {t('notice.embedded')}
        </span>
      ) : null}
    </div>
  );
}

function Header(props: { readonly scheme: ColourScheme; readonly onScheme: (scheme: ColourScheme) => void }) {
  const { t, pick, language } = useI18n();
  const [state, change] = useUrlState();
  const { data: counties } = useQuery(countiesQuery);
  const path = useRouterState({ select: (router) => router.location.pathname });
  const county = state.county ?? counties?.[0]?.code;
  return (
    <header className="band">
      <a className="skip" href="#content">
        {t('frame.skip')}
      </a>
      <Link to="/projects" className="brand" aria-label={t('product.name')}>
        <Mark />
        <span className="brand-name">{t('product.name')}</span>
        <span className="brand-short">{t('product.short')}</span>
        <span className="brand-sub">{t('product.sub')}</span>
      </Link>
      <nav className="band-nav" aria-label={t('frame.navigation')}>
        {NAVIGATION.map((item) => {
          const active = path.endsWith('/analysis') ? item.to === '/analysis' : path.startsWith(item.to);
          return (
            <Link
              key={item.to}
              to={item.to}
              className={active ? 'current' : ''}
              aria-current={active ? 'page' : undefined}
            >
              {t(item.key)}
            </Link>
          );
        })}
      </nav>
      <div className="band-tools">
        {counties !== undefined && counties.length > 0 ? (
          <Select
            size="small"
            className="band-county"
            variant="filled"
            aria-label={t('frame.county')}
            value={county}
            options={counties.map((each) => ({ value: each.code, label: pick(each.name) }))}
            onChange={(code: string) => change({ county: code, layer: undefined, at: undefined })}
          />
        ) : null}
        <Segmented
          size="small"
          aria-label={t('frame.unit')}
          value={areaUnitOf(state.unit)}
          options={AREA_UNITS.map((unit) => ({ value: unit, label: t(AREA_UNIT_KEYS[unit]) }))}
          onChange={(unit) => change({ unit }, { replace: true })}
        />
        <button
          type="button"
          className="band-button"
          lang={language === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => change({ lang: language === 'zh' ? 'en' : undefined }, { replace: true })}
        >
          {t('frame.otherLanguage')}
        </button>
        <button
          type="button"
          className="band-button"
          aria-label={props.scheme === 'dark' ? t('frame.light') : t('frame.dark')}
          title={props.scheme === 'dark' ? t('frame.light') : t('frame.dark')}
          onClick={() => props.onScheme(props.scheme === 'dark' ? 'light' : 'dark')}
        >
          {props.scheme === 'dark' ? <SunOutlined /> : <MoonOutlined />}
        </button>
      </div>
    </header>
  );
}

/** Everything around a screen. Language, unit and county come from the URL, light or dark from this machine. */
export function Frame() {
  const [state] = useUrlState();
  const language = state.lang === 'en' ? 'en' : 'zh';
  const [scheme, setScheme] = useState<ColourScheme>(initialScheme);
  const theme = useMemo(() => {
    applyScheme(scheme);
    return componentTheme(scheme);
  }, [scheme]);

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);

  return (
    <LanguageProvider language={language}>
      <UnitProvider unit={areaUnitOf(state.unit)}>
        <SchemeContext value={scheme}>
          <ConfigProvider
            locale={language === 'zh' ? zhCN : enUS}
            theme={theme}
            button={{ autoInsertSpace: false }}
            componentSize="medium"
          >
            <AntApp component={false}>
              <div className="frame">
                <Header
                  scheme={scheme}
                  onScheme={(next) => {
                    rememberScheme(next);
                    setScheme(next);
                  }}
                />
                <Notices />
                <main id="content" className="content" tabIndex={-1}>
                  <Outlet />
                </main>
              </div>
            </AntApp>
          </ConfigProvider>
        </SchemeContext>
      </UnitProvider>
    </LanguageProvider>
  );
}
