import { canonicalJson, err, localized, type Json, type Refusal, type Result } from '../kernel/index.ts';
import type { CitedClause, ClauseRegister } from './clause-register.ts';
import { loadPack } from './load-pack.ts';
import type { KnownFigure } from './load-values.ts';
import { citedValues, type Pack } from './pack.ts';

const FORMAT = 'tianchou.pack/1';

/**
 * The bytes a run stores and hashes: the rules of the pack together with the words of every clause they cite, so that a
 * verdict can be replayed years later without the register of its day. `notCovered` is left out: no verdict depends on it.
 */
export function packCanonicalText(pack: Pack): string {
  const clauses = new Map<string, CitedClause>();
  for (const { source } of citedValues(pack)) {
    if (source.kind !== 'clause') continue;
    for (const clause of [source.clause, ...source.also]) clauses.set(clause.id, clause);
  }
  const { notCovered: _, ...rules } = pack.raw;
  return canonicalJson({
    format: FORMAT,
    rules: rules as unknown as Json,
    clauses: Object.fromEntries([...clauses].map(([id, clause]) => [id, clause as unknown as Json])),
  });
}

/** Hash of those bytes; the hash function is the caller's, because pure code has none. */
export function packHash(pack: Pack, sha256: (text: string) => string): string {
  return sha256(packCanonicalText(pack));
}

/** The pack again from its stored bytes: the same rules, the same quotes, the same hash. */
export function packOfCanonicalText(text: string, figures: readonly KnownFigure[]): Result<Pack, Refusal[]> {
  const broken: Refusal = {
    code: 'PACK-STORED',
    message: localized('存档的政策包已损坏', 'the stored pack is damaged'),
    remedy: localized('请从备份恢复', 'restore it from a backup'),
  };
  let stored: { format?: unknown; rules?: unknown; clauses?: Readonly<Record<string, CitedClause>> };
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch {
    return err([broken]);
  }
  if (stored.format !== FORMAT || typeof stored.rules !== 'object' || typeof stored.clauses !== 'object')
    return err([broken]);
  const clauses = Object.values(stored.clauses);
  const plans = (stored.rules as { plans?: unknown }).plans;
  const shorts = [
    ...new Set([...clauses.map((clause) => clause.document), ...(Array.isArray(plans) ? plans.map(String) : [])]),
  ];
  const register: ClauseRegister = {
    documents: new Map(
      shorts.map((short) => {
        const title = clauses.find((clause) => clause.document === short)?.documentTitle ?? localized(short, short);
        return [short, { short, title }];
      }),
    ),
    clauses: new Map(clauses.map((clause) => [clause.id, { ...clause, row: '' }])),
  };
  return loadPack({ ...stored.rules, notCovered: [] }, { register, figures, file: 'stored pack' });
}
