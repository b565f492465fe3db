import { z } from 'zod';
import { MAJOR_CLASSES } from '../kernel/index.ts';
import { CLAUSE_ID } from './clause-register.ts';
import { PACK_UNITS } from './units.ts';

/*
 * The form of a pack file. Strict everywhere: a key nobody knows is refused, so that a misspelt threshold cannot be
 * silently left out. packs/pack.schema.json is made from this file (a test holds them equal), for editors.
 */

const text = z.string().trim().min(1);
const identifier = z.string().regex(/^[a-z][A-Za-z0-9]*$/);
const bilingual = z.strictObject({ zh: text, en: text });
/** Numbers are exact: a decimal as written, or text where YAML would change it. */
const decimal = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]);
const confidence = z
  .enum(['verified', 'unverified'])
  .describe(
    'verified: the cited text gives this value. unverified: from memory or from a secondary source; shown with every finding.',
  );

const source = z
  .strictObject({
    clause: z
      .string()
      .regex(CLAUSE_ID)
      .optional()
      .describe('Id in the clause register, in full: S0-5c.031. No ranges.'),
    also: z.array(z.string().regex(CLAUSE_ID)).min(1).optional().describe('Further clauses that say the same.'),
    standard: text.optional().describe('A law or standard outside the register, by number and title.'),
    place: text.optional().describe('Where in the standard.'),
  })
  .describe('Where the value comes from: a clause of the register, or a law or standard.');

const threshold = z.strictObject({
  value: decimal.optional(),
  unit: z.enum(PACK_UNITS).optional(),
  parameter: identifier.optional().describe('Id of a parameter of this pack, instead of value and unit.'),
});
const comparisons = {
  atLeast: threshold.optional().describe('以上, 不少于, 不低于: the figure itself passes.'),
  above: threshold.optional().describe('超过, 有提升: the figure itself does not pass.'),
  atMost: threshold.optional().describe('不超过, 不增加: the figure itself passes.'),
  below: threshold.optional().describe('少于, 减少: the figure itself does not pass.'),
  equals: threshold.optional(),
};
const formula = text.describe('Arithmetic over figures and parameters: + - * / ( ) min max abs.');
const condition = z.strictObject({ formula, ...comparisons });

const parameter = z.strictObject({
  id: identifier,
  title: bilingual,
  value: z
    .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$|^notSet$/)])
    .describe('notSet: the text leaves it open; what needs it is judged "cannot judge".'),
  unit: z.enum(PACK_UNITS),
  source,
  confidence: confidence.optional(),
});

const check = z.strictObject({
  id: identifier,
  title: bilingual,
  formula,
  ...comparisons,
  appliesWhen: condition.optional().describe('Where this does not hold, the check is listed as not applicable.'),
  effect: z.enum(['refuse', 'warn', 'person']).describe('What a value that misses the threshold means.'),
  exception: z
    .enum(['recorded'])
    .optional()
    .describe('原则上: a recorded exception with reason, decider and document may lift the refusal.'),
  readings: z
    .array(z.strictObject({ title: bilingual, formula, ...comparisons }))
    .min(1)
    .optional()
    .describe('Other readings of the clause: computed and shown beside the verdict, never deciding it.'),
  shows: z.array(identifier).min(1).optional().describe('Further figures to show.'),
  pointsTo: z
    .array(identifier)
    .min(1)
    .optional()
    .describe('Figures whose parcels and plots the finding points to; all of the formula if left out.'),
  source,
  confidence: confidence.optional(),
  remedy: bilingual,
});

const review = z.strictObject({
  id: identifier,
  title: bilingual,
  lookAt: bilingual.describe('What the person looks at and decides.'),
  documents: z.array(bilingual).min(1).optional().describe('Papers that prove it.'),
  figures: z.array(identifier).min(1).optional().describe('Figures that help.'),
  appliesWhen: condition.optional(),
  source,
  confidence: confidence.optional(),
});

const cited = { source, confidence: confidence.optional() };
const settings = z.strictObject({
  areaTolerance: z
    .strictObject({ absoluteSquareMetres: decimal, relative: decimal, ...cited })
    .describe('Allowed difference of a delivered area from the computed one: the larger of the two.'),
  majorClasses: z
    .strictObject({ overrides: z.record(z.string(), z.enum(MAJOR_CLASSES)), ...cited })
    .describe('Land classes this locality counts to another major class than GB/T 21010-2017 appendix A.'),
  contiguity: z
    .strictObject({
      chosen: identifier,
      presets: z.array(z.strictObject({ id: identifier, gapMetres: decimal, widthMetres: decimal })).min(1),
      passableClasses: z.array(z.string()),
      ...cited,
    })
    .describe('When two fields are one block: the gap bridged and the width of what may lie in it.'),
  reachedVillage: z
    .strictObject({ atLeastSquareMetres: decimal, ...cited })
    .describe(
      'A village counts as reached by the project from this area on; boundaries digitised twice leave slivers.',
    ),
  basicFarmlandReview: z
    .strictObject({ minimumAddedShare: z.string().regex(/^[a-z][A-Za-z0-9]*$/), ...cited })
    .describe('Share the review table of the basic-farmland adjustment asks for: id of a parameter, or notSet.'),
  minimumMappedAreas: z
    .strictObject({ constructionAndFacilities: decimal, agricultural: decimal, other: decimal, ...cited })
    .describe('Smallest parcel the survey draws, square metres, by group of land classes.'),
});

/** Why an id is not carried out by the pack. */
export const NOT_COVERED_REASONS = ['later', 'outside software', 'source blank', 'history'] as const;

export const packSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: bilingual,
  locality: bilingual,
  plans: z.array(z.string()).min(1).describe('Documents of the register this pack answers for.'),
  about: z
    .array(z.strictObject({ id: identifier, title: bilingual, value: text, source }))
    .describe('Facts about the text itself: number, date, legal basis. Printed with the findings.'),
  parameters: z.array(parameter),
  settings,
  checks: z.array(check),
  reviews: z.array(review),
  notCovered: z.array(
    z.strictObject({ id: z.string().regex(CLAUSE_ID), reason: z.enum(NOT_COVERED_REASONS), note: text }),
  ),
});

export type RawPack = z.infer<typeof packSchema>;
export type RawSource = z.infer<typeof source>;
export type RawThreshold = z.infer<typeof threshold>;
export type RawComparisons = { readonly [K in keyof typeof comparisons]?: RawThreshold | undefined };

/** The JSON Schema for editors, as text. */
export function packJsonSchemaText(): string {
  const schema = z.toJSONSchema(packSchema, { target: 'draft-7' });
  return `${JSON.stringify({ ...schema, title: 'Tianchou policy pack' }, null, 2)}\n`;
}
