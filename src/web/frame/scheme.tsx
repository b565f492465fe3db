import { createContext, useContext } from 'react';
import type { ColourScheme } from '../theme.ts';

export const SchemeContext = createContext<ColourScheme>('light');

/** Light or dark, as applied to the page. */
export function useScheme(): ColourScheme {
  return useContext(SchemeContext);
}
