import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Everything a screen may keep in the URL. One vocabulary for all screens, so that a link reads the same everywhere. */
export const URL_KEYS = [
  'lang',
  'county',
  'unit', // kept across screens
  'at', // map position: longitude,latitude,zoom
  'hide', // map layers switched off, by role
  'view', // map | list | both
  'layer',
  'parcel',
  'plot', // what is selected
  'q',
  'class',
  'village',
  'page', // filters of a list
  'rule',
  'severity', // problems
  'run',
  'pack',
  'tab',
  'table',
  'row',
  'column',
  'finding',
  'verdict', // analysis
  'person',
  'organisation',
  'division',
  'show', // administration
  'chain',
  'from',
  'to',
  'actor',
  'operation',
  'kind',
  'object',
  'result',
  'before', // audit
] as const;
export type UrlKey = (typeof URL_KEYS)[number];
export type UrlState = { readonly [K in UrlKey]?: string | undefined };

/** Keys that follow the user from screen to screen. */
export const KEPT_KEYS = ['lang', 'county', 'unit'] as const satisfies readonly UrlKey[];

/** Keeps the known keys with a text value, drops the rest: a mistyped link still opens. */
export function urlStateOf(search: Record<string, unknown>): UrlState {
  const state: Partial<Record<UrlKey, string>> = {};
  for (const key of URL_KEYS) {
    const value = search[key];
    if (typeof value === 'string' && value !== '') state[key] = value;
  }
  return state;
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Plain `key=value`: links are read and typed by people. Commas and colons stay as they are. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') params.set(key, value);
  }
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/**
 * The URL as state. `change` merges; a key set to undefined goes. A selection or filter makes a history entry (the back
 * button returns to it) unless `replace` is set, as for the map position while it moves.
 */
export function useUrlState(): readonly [UrlState, (change: UrlState, options?: { replace?: boolean }) => void] {
  const state = useSearch({ strict: false }) as UrlState;
  const navigate = useNavigate();
  const change = useCallback(
    (patch: UrlState, options?: { replace?: boolean }) => {
      void navigate({
        to: '.',
        search: ((previous: UrlState) => ({ ...previous, ...patch })) as never,
        replace: options?.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [state, change];
}
