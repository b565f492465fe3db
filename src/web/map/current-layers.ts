import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { LAYER_ROLES, type LayerRole } from '../../kernel/index.ts';
import { countiesQuery, layersQuery, type LayerVersionView } from '../api/endpoints.ts';
import { useMay } from '../session.tsx';
import { useUrlState } from '../url-state.ts';
import { boxAround, type Box } from './position.ts';

/** The county of the URL, else the first the database knows; undefined while nobody knows. */
export function useCounty(): string | undefined {
  const [state] = useUrlState();
  const { data } = useQuery(countiesQuery);
  return state.county ?? data?.[0]?.code;
}

/** Villages and boundaries stay readable when these are drawn last; parcels lie at the bottom. */
export const DRAWING_ORDER: readonly LayerRole[] = [
  'parcels',
  'slope',
  'grade',
  'basicFarmland',
  'growthBoundary',
  'redLine',
  'village',
  'project',
];

export interface CurrentLayers {
  readonly layers: readonly LayerVersionView[];
  readonly byRole: ReadonlyMap<LayerRole, LayerVersionView>;
  readonly box: Box | undefined;
}

/** The newest current version of each role, in drawing order. */
export function currentLayersOf(versions: readonly LayerVersionView[]): CurrentLayers {
  const byRole = new Map<LayerRole, LayerVersionView>();
  for (const role of LAYER_ROLES) {
    const newest = versions
      .filter((version) => version.role === role && version.state === 'current')
      .sort((a, b) => (a.asOf === b.asOf ? (a.createdAt < b.createdAt ? 1 : -1) : a.asOf < b.asOf ? 1 : -1))[0];
    if (newest !== undefined) byRole.set(role, newest);
  }
  const layers = DRAWING_ORDER.flatMap((role) => byRole.get(role) ?? []);
  const parcels = byRole.get('parcels');
  return { layers, byRole, box: parcels?.box ?? boxAround(layers.map((layer) => layer.box)) };
}

export function useCurrentLayers(countyCode: string | undefined) {
  // Who may not see the survey has no layers, and is not told so on every map.
  const mayRead = useMay('GET', '/api/layers');
  const query = useQuery({ ...layersQuery(countyCode ?? ''), enabled: countyCode !== undefined && mayRead });
  const current = useMemo(() => (query.data === undefined ? undefined : currentLayersOf(query.data)), [query.data]);
  return { query, current };
}
