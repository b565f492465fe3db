import { useState, type ReactNode } from 'react';
import { useI18n, type MessageKey } from '../i18n/index.tsx';

/** Title band of a screen: where one is, the facts that matter, and what can be done. */
export function ScreenHead(props: {
  readonly title: ReactNode;
  readonly trail?: ReactNode;
  readonly facts?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="screen-head">
      <div className="screen-title">
        {props.trail === undefined ? null : <div className="trail">{props.trail}</div>}
        <h1>{props.title}</h1>
      </div>
      {props.facts === undefined ? null : <div className="screen-facts">{props.facts}</div>}
      {props.actions === undefined ? null : <div className="screen-actions">{props.actions}</div>}
    </header>
  );
}

/** A figure with its name. A minor one is left out where the screen is small. */
export function Fact(props: {
  readonly label: string;
  readonly children: ReactNode;
  readonly tone?: string;
  readonly minor?: boolean;
}) {
  return (
    <div
      className={`fact${props.tone === undefined ? '' : ` tone-${props.tone}`}${props.minor === true ? ' fact-minor' : ''}`}
    >
      <span className="fact-label">{props.label}</span>
      <span className="fact-value figures">{props.children}</span>
    </div>
  );
}

/** A framed part of a screen with its own heading. */
export function Panel(props: {
  readonly title?: ReactNode;
  readonly extra?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
  readonly flush?: boolean;
}) {
  return (
    <section className={`panel ${props.className ?? ''}`}>
      {props.title === undefined ? null : (
        <div className="panel-head">
          <h2>{props.title}</h2>
          {props.extra}
        </div>
      )}
      <div className={props.flush === true ? 'panel-body flush' : 'panel-body'}>{props.children}</div>
    </section>
  );
}

/**
 * Two parts side by side on a desk, one at a time on a phone. The map is one side; the list beside it says the same,
 * so that nobody needs the map.
 */
export function SplitScreen(props: {
  readonly list: ReactNode;
  readonly map: ReactNode;
  readonly listLabel: MessageKey;
  /** Which side a phone shows, and how it changes; own state where absent. */
  readonly side?: 'list' | 'map';
  readonly onSide?: (side: 'list' | 'map') => void;
  readonly wide?: boolean;
}) {
  const { t } = useI18n();
  const [own, setOwn] = useState<'list' | 'map'>('list');
  const side = props.side ?? own;
  const choose = props.onSide ?? setOwn;
  return (
    <div className={`split split-shows-${side}${props.wide === true ? ' split-wide' : ''}`}>
      <div className="split-switch" role="group" aria-label={t('split.label')}>
        <button type="button" aria-pressed={side === 'list'} onClick={() => choose('list')}>
          {t(props.listLabel)}
        </button>
        <button type="button" aria-pressed={side === 'map'} onClick={() => choose('map')}>
          {t('split.map')}
        </button>
      </div>
      <div className="split-list">{props.list}</div>
      <div className="split-map">{props.map}</div>
    </div>
  );
}
