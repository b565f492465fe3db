import { type PlaneLayer, tabulate, type Tabulation } from '../../../src/geometry/index.ts';

/** A tabulated intersection under test, with the side of a grid cell in metres (undefined: its own choice). */
export type TabulateUnderTest = (
  parcels: PlaneLayer,
  zones: PlaneLayer,
  cellSizeMetres: number | undefined,
) => Tabulation | Promise<Tabulation>;

/** Every tabulated intersection there is: the drills try each. */
export const TABULATIONS: readonly (readonly [name: string, tabulate: TabulateUnderTest])[] = [
  [
    'plain',
    (parcels, zones, cellSizeMetres) =>
      tabulate(parcels, zones, cellSizeMetres === undefined ? {} : { cellSizeMetres }),
  ],
];
