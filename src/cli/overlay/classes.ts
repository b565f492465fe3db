import { localized, type Refusal } from '../../kernel/index.ts';
import { columnNamed, type NamedColumns } from '../reading.ts';

/** The classes of parcels by a field: their codes in order, and the place of each parcel's among them. */
export interface ParcelClasses {
  readonly classes: readonly string[];
  readonly classOfParcel: Uint16Array;
}

const MOST_CLASSES = 60_000;

/** Parcels that state no class are of class ''. Refuses a layer without the field, or with more values than classes can be. */
export function parcelClasses(
  parcels: NamedColumns,
  field: string,
  file: string,
): { readonly ok: true; readonly value: ParcelClasses } | { readonly ok: false; readonly error: Refusal } {
  const column = columnNamed(parcels, field);
  const remedy = localized('用 --class 给出地类编码字段', 'Name the field of the land class by --class.');
  if (column === undefined && parcels.featureNos.length > 0) {
    return {
      ok: false,
      error: {
        code: 'CLI_CLASS_FIELD',
        message: localized(`没有地类字段 ${field}`, `there is no field ${field} for the land class`),
        place: { file, field },
        remedy,
      },
    };
  }
  const texts = Array.from(parcels.featureNos, (_, f) => {
    const value = column?.[f];
    return value === null || value === undefined ? '' : String(value).trim();
  });
  const classes = [...new Set(texts)].sort();
  if (classes.length > MOST_CLASSES) {
    return {
      ok: false,
      error: {
        code: 'CLI_CLASS_FIELD_VALUES',
        message: localized(
          `字段 ${field} 有 ${classes.length} 个不同的值,不是地类编码`,
          `the field ${field} has ${classes.length} values: it is no land class`,
        ),
        place: { file, field },
        remedy,
      },
    };
  }
  const places = new Map(classes.map((text, i) => [text, i]));
  return { ok: true, value: { classes, classOfParcel: Uint16Array.from(texts, (text) => places.get(text)!) } };
}
