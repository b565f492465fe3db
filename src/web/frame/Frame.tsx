import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, Segmented, Select } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useEffect, useMemo, useState } from 'react';
import { mayCall } from '../../modules/access/index.ts';
import { isAtWork } from '../api/access.ts';
import { countiesQuery, statusQuery, type SessionView } from '../api/endpoints.ts';
import { LanguageProvider, useI18n } from '../i18n/index.tsx';
import { SessionProvider } from '../session.tsx';
import { applyScheme, componentTheme, initialScheme, rememberScheme, type ColourScheme } from '../theme.ts';
import { AREA_UNIT_KEYS, AREA_UNITS, areaUnitOf, UnitProvider } from '../units.tsx';
import { useUrlState } from '../url-state.ts';
import { DemoSwitch } from './DemoSwitch.tsx';
import { Gate } from './Gate.tsx';
import { IdleWarning } from './IdleWarning.tsx';
import { Mark } from './Mark.tsx';
import { SchemeContext } from './scheme.tsx';
import { screenAt, screensOf } from './screens.ts';
import { UserMenu } from './UserMenu.tsx';
import { useWorkSession, type WorkSession } from './use-work-session.ts';

/** What everyone must know about this installation: that nobody signs in, where the data live, that they still load. */
function Notices(props: { readonly isDemo: boolean }) {
  const { t } = useI18n();
  const { data: status } = useQuery(statusQuery);
  if (status === undefined) return null;
  return (
    <div className={`notices${props.isDemo ? ' notices-demo' : ''}`}>
      {props.isDemo ? <DemoSwitch /> : null}
      {status.loading === null ? null : (
        <span className="notice notice-loading" role="status">
          {t('notice.loading', { percent: Math.floor(status.loading * 100) })}
        </span>
      )}
      {status.demo && !props.isDemo ? (
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

function Header(props: {
  readonly scheme: ColourScheme;
  readonly onScheme: (scheme: ColourScheme) => void;
  readonly work: WorkSession;
  /** Who may walk about; null while somebody has to sign in first. */
  readonly session: SessionView | null;
}) {
  const { t, pick, language } = useI18n();
  const { session } = props;
  const [state, change] = useUrlState();
  const hasCounties = session !== null && mayCall(session.role, 'GET', '/api/projects');
  const { data: counties } = useQuery({ ...countiesQuery, enabled: hasCounties });
  const path = useRouterState({ select: (router) => router.location.pathname });
  const here = screenAt(path);
  const county = state.county ?? counties?.[0]?.code;
  const schemeLabel = props.scheme === 'dark' ? t('frame.light') : t('frame.dark');
  const switchScheme = (): void => props.onScheme(props.scheme === 'dark' ? 'light' : 'dark');
  const hasMenu = session !== null && session.mode !== 'demo';
  return (
    <header className={`band${hasMenu ? ' band-with-user' : ''}`}>
      <a className="skip" href="#content">
        {t('frame.skip')}
      </a>
      <Link to="/" className="brand" aria-label={t('product.name')}>
        <Mark />
        <span className="brand-name">{t('product.name')}</span>
        <span className="brand-short">{t('product.short')}</span>
        <span className="brand-sub">{t('product.sub')}</span>
      </Link>
      <nav className="band-nav" aria-label={t('frame.navigation')} hidden={session === null}>
        {(session === null ? [] : screensOf(session.role)).map((item) => (
          <Link
            key={item.to}
            to={item.to}
            className={item === here ? 'current' : ''}
            aria-current={item === here ? 'page' : undefined}
          >
            {t(item.key)}
          </Link>
        ))}
      </nav>
      <div className="band-tools">
        {hasCounties && counties !== undefined && counties.length > 0 ? (
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
        {hasCounties ? (
          <Segmented
            size="small"
            aria-label={t('frame.unit')}
            value={areaUnitOf(state.unit)}
            options={AREA_UNITS.map((unit) => ({ value: unit, label: t(AREA_UNIT_KEYS[unit]) }))}
            onChange={(unit) => change({ unit }, { replace: true })}
          />
        ) : null}
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
          className="band-button band-scheme"
          aria-label={schemeLabel}
          title={schemeLabel}
          onClick={switchScheme}
        >
          {props.scheme === 'dark' ? <SunOutlined /> : <MoonOutlined />}
        </button>
        {hasMenu ? (
          <UserMenu
            refresh={props.work.refresh}
            leave={props.work.leave}
            schemeLabel={schemeLabel}
            onScheme={switchScheme}
          />
        ) : null}
      </div>
    </header>
  );
}

/** The shell with whoever works in it; who has to sign in first sees nothing else. */
function Shell(props: { readonly scheme: ColourScheme; readonly onScheme: (scheme: ColourScheme) => void }) {
  const work = useWorkSession();
  const { session } = work;
  const atWork = session !== undefined && isAtWork(session) ? session : null;
  return (
    <SessionProvider session={atWork ?? work.worked}>
      <div className="frame">
        <Header {...props} work={work} session={atWork} />
        <Notices isDemo={atWork?.mode === 'demo'} />
        <main id="content" className="content" tabIndex={-1}>
          <Gate work={work} atWork={atWork} />
        </main>
      </div>
      {atWork === null ? null : <IdleWarning />}
    </SessionProvider>
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
              <Shell
                scheme={scheme}
                onScheme={(next) => {
                  rememberScheme(next);
                  setScheme(next);
                }}
              />
            </AntApp>
          </ConfigProvider>
        </SchemeContext>
      </UnitProvider>
    </LanguageProvider>
  );
}
