import { theme as antTheme, type ThemeConfig } from 'antd';

export type ColourScheme = 'light' | 'dark';

/** A token of tokens.css as it stands now; the scheme must have been applied first. */
export function tokenValue(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function applyScheme(scheme: ColourScheme): void {
  document.documentElement.dataset['theme'] = scheme;
}

const KEY = 'tianchou.scheme';

/** What the person chose on this machine, else what the system prefers. */
export function initialScheme(): ColourScheme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function rememberScheme(scheme: ColourScheme): void {
  localStorage.setItem(KEY, scheme);
}

/** The component library, told the same tokens. It derives its own shades from them. */
export function componentTheme(scheme: ColourScheme): ThemeConfig {
  return {
    algorithm: scheme === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: tokenValue('--accent'),
      colorInfo: tokenValue('--note'),
      colorSuccess: tokenValue('--pass'),
      colorError: tokenValue('--fail'),
      colorWarning: tokenValue('--person'),
      colorLink: tokenValue('--accent'),
      colorTextBase: tokenValue('--ink'),
      colorBgBase: tokenValue('--panel'),
      colorBgLayout: tokenValue('--page'),
      colorBorder: tokenValue('--line-strong'),
      colorBorderSecondary: tokenValue('--line'),
      fontFamily: tokenValue('--font'),
      fontSize: 14,
      borderRadius: 4,
      controlHeight: 32,
      wireframe: false,
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
      Table: {
        headerBg: tokenValue('--sunken'),
        headerColor: tokenValue('--ink-muted'),
        headerBorderRadius: 0,
        cellPaddingBlockSM: 5,
        cellPaddingInlineSM: 8,
        rowHoverBg: tokenValue('--hover'),
      },
      Tabs: { horizontalMargin: '0', horizontalItemPadding: '10px 2px' },
      Tag: { defaultBg: tokenValue('--sunken') },
    },
  };
}
