import { err, localized, ok, type Localized, type Refusal, type Result } from '../kernel/index.ts';

/** A document of the register: its short name and its title. */
export interface ClauseDocument {
  readonly short: string;
  readonly title: Localized;
}

/** One clause: the government's own words, and where they stand. `row` is the capability it belongs to. */
export interface Clause {
  readonly id: string;
  /** Short name of the document, for example `S0-5c`. */
  readonly document: string;
  /** Section as the text numbers it, for example `二(一)`; empty for the head of a document. */
  readonly section: string;
  readonly quote: string;
  readonly row: string;
}

/** A clause as a verdict cites it: enough to find the sentence without the register at hand. */
export interface CitedClause {
  readonly id: string;
  readonly document: string;
  readonly documentTitle: Localized;
  readonly section: string;
  readonly quote: string;
}

export interface ClauseRegister {
  readonly documents: ReadonlyMap<string, ClauseDocument>;
  readonly clauses: ReadonlyMap<string, Clause>;
}

/** A clause id in full: document, point, three digits. No ranges, no lists. */
export const CLAUSE_ID = /^[A-Z][A-Za-z0-9-]*\.\d{3}$/;

function refusal(file: string, line: number | undefined, zh: string, en: string): Refusal {
  return {
    code: 'REGISTER-LINE',
    message: localized(zh, en),
    remedy: localized('条款登记文件随产品发布，请恢复原文件', 'the register ships with the product: restore the file'),
    place: line === undefined ? { file } : { file, line },
  };
}

function readClause(text: string): Clause | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { id, document, section, quote, row, ...others } = raw as Record<string, unknown>;
  const texts = [id, document, section, quote, row];
  if (!texts.every((value) => typeof value === 'string') || Object.keys(others).length > 0) return undefined;
  const clause = { id, document, section, quote, row } as Clause;
  const sound = CLAUSE_ID.test(clause.id) && clause.id.startsWith(`${clause.document}.`) && clause.quote.trim() !== '';
  return sound ? clause : undefined;
}

/**
 * The register from its files: each line one clause `{id, document, section, quote, row}`. Refuses a line that is not
 * one, an id that stands twice and a document without a title.
 */
export function registerFrom(
  documents: readonly ClauseDocument[],
  files: readonly { readonly name: string; readonly text: string }[],
): Result<ClauseRegister, Refusal[]> {
  const titles = new Map(documents.map((document) => [document.short, document]));
  const clauses = new Map<string, Clause>();
  const refusals: Refusal[] = [];
  for (const file of files) {
    file.text.split('\n').forEach((line, index) => {
      if (line.trim() === '') return;
      const clause = readClause(line);
      const at = index + 1;
      if (clause === undefined)
        refusals.push(refusal(file.name, at, '不是一条完整的条款', 'this is not a complete clause'));
      else if (!titles.has(clause.document)) {
        refusals.push(
          refusal(file.name, at, `文件 ${clause.document} 没有标题`, `document ${clause.document} has no title`),
        );
      } else if (clauses.has(clause.id)) {
        refusals.push(refusal(file.name, at, `条款 ${clause.id} 重复`, `clause ${clause.id} stands twice`));
      } else clauses.set(clause.id, clause);
    });
  }
  return refusals.length > 0 ? err(refusals) : ok({ documents: titles, clauses });
}

/** The clause with the title of its document, or undefined where the register has no such id. */
export function citedClause(register: ClauseRegister, id: string): CitedClause | undefined {
  const clause = register.clauses.get(id);
  const document = clause === undefined ? undefined : register.documents.get(clause.document);
  if (clause === undefined || document === undefined) return undefined;
  return {
    id: clause.id,
    document: clause.document,
    documentTitle: document.title,
    section: clause.section,
    quote: clause.quote,
  };
}

/** Ids of one document, in its order. */
export function clauseIdsOf(register: ClauseRegister, document: string): string[] {
  return [...register.clauses.values()].filter((clause) => clause.document === document).map((clause) => clause.id);
}
