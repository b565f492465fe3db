import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { citedClause, clauseIdsOf, registerFrom } from './clause-register.ts';
import { readClauseRegister } from './pack.reader.ts';

const packs = fileURLToPath(new URL('../../packs', import.meta.url));
const documents = [{ short: 'T1', title: { zh: '试', en: 'trial' } }];
const line = (id: string, quote = '原文'): string =>
  JSON.stringify({ id, document: 'T1', section: '一', quote, row: 'A5' });

describe('the clause register as shipped', () => {
  it('holds 1,614 clauses, each id once, no quote empty, every document titled in both languages', async () => {
    const register = await readClauseRegister(packs);
    if (!register.ok) throw new Error(JSON.stringify(register.error));
    const clauses = [...register.value.clauses.values()];
    expect(clauses).toHaveLength(1614);
    expect(new Set(clauses.map((clause) => clause.id)).size).toBe(1614);
    expect(clauses.filter((clause) => clause.quote.trim() === '')).toEqual([]);
    expect(clauses.filter((clause) => clause.row.trim() === '')).toEqual([]);
    for (const document of register.value.documents.values()) {
      expect(document.title.zh).not.toBe('');
      expect(document.title.en).not.toBe('');
      expect(clauseIdsOf(register.value, document.short).length).toBeGreaterThan(0);
    }
    expect(clauseIdsOf(register.value, 'S0-5c')).toHaveLength(347);
    expect(clauseIdsOf(register.value, 'S1')).toHaveLength(121);
  });

  it('numbers the clauses of a document from 001 without a gap', async () => {
    const register = await readClauseRegister(packs);
    if (!register.ok) throw new Error(JSON.stringify(register.error));
    for (const short of register.value.documents.keys()) {
      clauseIdsOf(register.value, short).forEach((id, i) => {
        expect(id).toBe(`${short}.${String(i + 1).padStart(3, '0')}`);
      });
    }
  });

  it('gives the words of a clause with the title of its document', async () => {
    const register = await readClauseRegister(packs);
    if (!register.ok) throw new Error(JSON.stringify(register.error));
    expect(citedClause(register.value, 'S0-5c.031')).toEqual({
      id: 'S0-5c.031',
      document: 'S0-5c',
      documentTitle: {
        zh: '钦州市全域土地综合整治工作实施方案',
        en: 'Qinzhou: plan for comprehensive land consolidation',
      },
      section: '二(一)',
      quote: '新增耕地面积原则上不少于原有耕地面积的5%',
    });
    expect(citedClause(register.value, 'S0-5c.999')).toBeUndefined();
  });

  it('is refused, not guessed, where the folder is missing', async () => {
    const register = await readClauseRegister('/nowhere');
    expect(register).toMatchObject({ ok: false, error: [{ code: 'PACK-FILE' }] });
  });
});

describe('a register file', () => {
  it.each([
    ['not JSON', '{'],
    ['an empty quote', line('T1.001', ' ')],
    ['an id of another document', JSON.stringify({ id: 'T2.001', document: 'T1', section: '', quote: 'x', row: 'A5' })],
    [
      'a key nobody knows',
      JSON.stringify({ id: 'T1.001', document: 'T1', section: '', quote: 'x', row: 'A5', show: 'y' }),
    ],
    [
      'a document without a title',
      JSON.stringify({ id: 'T9.001', document: 'T9', section: '', quote: 'x', row: 'A5' }),
    ],
    ['an id twice', line('T1.001')],
  ])('is refused for %s, with the line', (_, text) => {
    const result = registerFrom(documents, [{ name: 'T1.jsonl', text: `${line('T1.001')}\n\n${text}\n` }]);
    expect(result).toMatchObject({
      ok: false,
      error: [{ code: 'REGISTER-LINE', place: { file: 'T1.jsonl', line: 3 } }],
    });
  });
});
