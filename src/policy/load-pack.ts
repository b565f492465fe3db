import { err, localized, ok, type Refusal, type Result } from '../kernel/index.ts';
import { loadSettings } from './load-settings.ts';
import { valueLoader, type LoadContext, type Path, type ValueLoader } from './load-values.ts';
import type { Pack, PackCheck, PackReview } from './pack.ts';
import { packSchema, type RawPack } from './pack-schema.ts';
import { schemaRefusals } from './schema-refusals.ts';
import { baseUnitOf, toBaseUnit } from './units.ts';

function loadParameter(loader: ValueLoader, raw: RawPack['parameters'][number], path: Path): void {
  if (loader.figureUnits.has(raw.id) || loader.parameters.has(raw.id)) {
    loader.refuse('PACK-NAME', [...path, 'id'], localized(`名称 ${raw.id} 已被占用`, `the name ${raw.id} is taken`));
    return;
  }
  const value = raw.value === 'notSet' ? null : loader.decimal(raw.value, [...path, 'value']);
  if (value === undefined) return;
  loader.parameters.set(raw.id, {
    ...loader.cited(raw, path, `parameters.${raw.id}`),
    id: raw.id,
    title: raw.title,
    value: value === null ? null : toBaseUnit(value, raw.unit).value,
    unit: baseUnitOf(raw.unit),
  });
}

function loadCheck(loader: ValueLoader, raw: RawPack['checks'][number], path: Path): PackCheck | undefined {
  const main = loader.condition(raw, path);
  const appliesWhen =
    raw.appliesWhen === undefined ? null : loader.condition(raw.appliesWhen, [...path, 'appliesWhen']);
  const readings = (raw.readings ?? []).map((reading, i) => {
    const condition = loader.condition(reading, [...path, 'readings', i]);
    return condition === undefined ? undefined : { ...condition, title: reading.title };
  });
  const cited = loader.cited(raw, path, `checks.${raw.id}`);
  const shows = loader.figureNames(raw.shows ?? [], [...path, 'shows']);
  const pointsTo = raw.pointsTo === undefined ? null : loader.figureNames(raw.pointsTo, [...path, 'pointsTo']);
  if (main === undefined || appliesWhen === undefined || readings.includes(undefined)) return undefined;
  return {
    ...cited,
    ...main,
    id: raw.id,
    title: raw.title,
    appliesWhen,
    effect: raw.effect,
    exceptionAllowed: raw.exception === 'recorded',
    readings: readings.filter((reading) => reading !== undefined),
    shows,
    pointsTo,
    remedy: raw.remedy,
  };
}

function loadReview(loader: ValueLoader, raw: RawPack['reviews'][number], path: Path): PackReview | undefined {
  const appliesWhen =
    raw.appliesWhen === undefined ? null : loader.condition(raw.appliesWhen, [...path, 'appliesWhen']);
  const cited = loader.cited(raw, path, `reviews.${raw.id}`);
  const figures = loader.figureNames(raw.figures ?? [], [...path, 'figures']);
  if (appliesWhen === undefined) return undefined;
  const { id, title, lookAt } = raw;
  return { ...cited, id, title, lookAt, documents: raw.documents ?? [], figures, appliesWhen };
}

/** Ids people refer to stand once; the plans exist; an id not covered stands once and is of a plan of the pack. */
function checkNames(loader: ValueLoader, raw: RawPack, context: LoadContext): void {
  const seen = new Set<string>();
  for (const list of ['about', 'checks', 'reviews'] as const) {
    raw[list].forEach((entry, i) => {
      if (seen.has(entry.id)) {
        loader.refuse(
          'PACK-NAME',
          [list, i, 'id'],
          localized(`编号 ${entry.id} 重复`, `the id ${entry.id} stands twice`),
        );
      }
      seen.add(entry.id);
    });
  }
  raw.plans.forEach((plan, i) => {
    if (context.register.documents.has(plan)) return;
    loader.refuse(
      'PACK-PLAN',
      ['plans', i],
      localized(`登记中没有文件 ${plan}`, `the register has no document ${plan}`),
    );
  });
  const listed = new Set<string>();
  raw.notCovered.forEach((entry, i) => {
    const clause = loader.clause(entry.id, ['notCovered', i, 'id']);
    if (clause !== undefined && !raw.plans.includes(clause.document)) {
      const message = localized(`${entry.id} 不属于本政策包的文件`, `${entry.id} is not of a document of this pack`);
      loader.refuse('PACK-NOT-COVERED', ['notCovered', i], message);
    }
    if (listed.has(entry.id)) {
      loader.refuse(
        'PACK-NOT-COVERED',
        ['notCovered', i],
        localized(`${entry.id} 列了两次`, `${entry.id} is listed twice`),
      );
    }
    listed.add(entry.id);
  });
}

/**
 * A pack from its parsed data, or everything that is wrong with it: a key nobody knows, a value without a source, a
 * clause the register does not have, a figure or formula that does not exist, units that do not fit. Nothing is
 * guessed and nothing is left out.
 */
export function loadPack(data: unknown, context: LoadContext): Result<Pack, Refusal[]> {
  const checked = packSchema.safeParse(data);
  if (!checked.success) return err(schemaRefusals(checked.error.issues, context.file, context.lineOf));
  const raw = checked.data;
  const loader = valueLoader(context);
  checkNames(loader, raw, context);
  // Parameters first: formulas and thresholds name them.
  raw.parameters.forEach((parameter, i) => loadParameter(loader, parameter, ['parameters', i]));
  const about = raw.about.map(({ id, title, value, ...fact }, i) => {
    return { ...loader.cited(fact, ['about', i], `about.${id}`), id, title, value };
  });
  const checks = raw.checks.map((check, i) => loadCheck(loader, check, ['checks', i]));
  const reviews = raw.reviews.map((review, i) => loadReview(loader, review, ['reviews', i]));
  const { settings, cited } = loadSettings(loader, raw.settings);
  if (loader.refusals.length > 0) return err(loader.refusals);
  return ok({
    id: raw.id,
    version: raw.version,
    title: raw.title,
    locality: raw.locality,
    plans: raw.plans,
    about,
    parameters: loader.parameters,
    settings,
    settingsCited: cited,
    checks: checks.filter((check) => check !== undefined),
    reviews: reviews.filter((review) => review !== undefined),
    notCovered: raw.notCovered,
    raw,
  });
}
