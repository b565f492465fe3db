const KEY = 'tianchou.backTo';

/** Remembers where one is while the provider of identities takes over the window. */
export function keepAddress(): void {
  sessionStorage.setItem(KEY, location.pathname + location.search);
}

/** The address to go back to, once; null where none is kept. Only addresses of our own. */
export function takeKeptAddress(): string | null {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept !== null && /^\/(?![/\\])/.test(kept) ? kept : null;
}
