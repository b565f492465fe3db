import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, type Json, seededRandom } from '../../src/kernel/index.ts';
import { appendHeads, HEADS_FILE, readHeadsFile } from '../../src/modules/audit/heads-file.server.ts';
import {
  type AuditEvent,
  type AuditHead,
  eventLine,
  eventOfLine,
  hashedText,
  hashedTextOfLine,
} from '../../src/modules/audit/index.ts';
import { headsOfText, openHeadKeeper, readEvents, recordEvent, verifyLines } from '../../src/modules/audit/server.ts';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { sql } from '../../src/platform/db/index.ts';
import { silentLogger } from '../../src/platform/logging.ts';
import { runProgram } from '../../src/cli/program.ts';
import { testActor } from '../support/context.ts';
import { ENGINES, type TestDatabase } from '../support/databases.ts';
import { edited, linesOfEvents, madeChain, recomputed, signer, tamper, TAMPERINGS, textOfHeads } from './tamper.ts';
import { putEvents, verifyReplaced } from './tamper-database.ts';

/** The command in this process. */
async function runCommand(args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  const [output, errors]: [string[], string[]] = [[], []];
  const code = await runProgram(
    args,
    {
      language: 'en',
      live: false,
      out: (text) => void output.push(text),
      err: (text) => void errors.push(text),
      line: (text) => void errors.push(`${text}\n`),
      isCancelled: () => false,
      unfinished: () => undefined,
    },
    'test',
  );
  return { code, output: output.join(''), errors: errors.join('') };
}

const SEED = 20_260_214;
const events = madeChain('330481', 60);
const keys = signer();
const HEAD_AT = [20, 45, 60];
const heads = HEAD_AT.map((sequence, i) => keys.head(events[sequence - 1]!, `2026-02-0${i + 1}T00:00:00.000Z`));
const trusted = { heads: headsOfText(textOfHeads(heads)), publicKeys: keys.publicKeys };

describe('an event as text', () => {
  it('is hashed over the canonical bytes, an address only where there is one', () => {
    for (const event of events) {
      const { address, hash, ...rest } = event;
      const content = { ...rest, ...(address === null ? {} : { address }) } as unknown as Json;
      expect(hashedText(event)).toBe(canonicalJson(content));
      expect(eventLine(event)).toBe(canonicalJson({ ...(content as object), hash } as Json));
      expect(eventOfLine(eventLine(event))).toEqual(event);
      expect(hashedTextOfLine(eventLine(event), event)).toBe(hashedText(event));
    }
  });

  it('is read back from no other bytes', () => {
    const line = eventLine(events[0]!);
    for (const other of [
      `${line} `,
      ` ${line}`,
      line.replace(',', ', '),
      line.replace('{', '{"actor":"x",'),
      line.replace('"sequence":1', '"sequence":1.0'),
      line.replace('"sequence":1', '"sequence":"1"'),
      line.replace(/\}$/, ',"z":1}'),
      line.slice(0, -1),
      '',
      'null',
      '[]',
    ])
      expect(eventOfLine(other), other).toBeUndefined();
  });
});

describe('tampering with an export', () => {
  it(`finds every one of 20 × ${TAMPERINGS.length} tamperings and names the first bad event (seed ${SEED})`, async () => {
    expect(await verifyLines(linesOfEvents(events), trusted)).toMatchObject({
      firstBad: null,
      lines: 60,
      chains: [{ coveredTo: 60 }],
    });
    const random = seededRandom(SEED);
    for (let round = 0; round < 20; round++) {
      for (const kind of TAMPERINGS) {
        const tampered = tamper(events, kind, random, HEAD_AT);
        const { firstBad } = await verifyLines(linesOfEvents(tampered.events), trusted);
        expect(firstBad?.sequence, `${kind}, round ${round}`).toBe(tampered.firstBad);
      }
    }
  });

  it('names the line, and finds changed bytes, lost chains and forged heads', async () => {
    const lines = linesOfEvents(events);
    const spaced = lines.with(7, `${lines[7]} `);
    expect((await verifyLines(spaced, trusted)).firstBad).toMatchObject({ code: 'AUDIT-LINE-FORM', line: 8 });
    const other = madeChain('330482', 5);
    const both = { ...trusted, heads: headsOfText(textOfHeads([...heads, keys.head(other[4]!)])) };
    expect((await verifyLines([...lines, ...linesOfEvents(other)], both)).firstBad).toBeNull();
    expect((await verifyLines(lines, both)).firstBad).toMatchObject({ code: 'AUDIT-CHAIN-MISSING', chain: '330482' });
    expect((await verifyLines(lines, { ...both, chain: '330481' })).firstBad).toBeNull();
    const stranger = signer();
    const rewritten = recomputed(events.with(3, edited(events[3]!, 'actor', seededRandom(1))), 3);
    const forged = HEAD_AT.map((sequence) => stranger.head(rewritten[sequence - 1]!));
    const withForged = { ...trusted, heads: headsOfText(textOfHeads(forged)) };
    expect((await verifyLines(linesOfEvents(rewritten), withForged)).firstBad).toMatchObject({
      code: 'AUDIT-HEAD-KEY',
    });
    const claimed: AuditHead[] = forged.map((head) => ({ ...head, keyId: heads[0]!.keyId }));
    const withClaimed = { ...trusted, heads: headsOfText(textOfHeads(claimed)) };
    expect((await verifyLines(linesOfEvents(rewritten), withClaimed)).firstBad).toMatchObject({
      code: 'AUDIT-HEAD-SIGNATURE',
    });
    const broken = headsOfText(textOfHeads(heads).replace('"sequence":45', '"sequence": 45'));
    expect((await verifyLines(lines, { ...trusted, heads: broken })).firstBad).toMatchObject({
      code: 'AUDIT-HEAD-FORM',
    });
  });

  it('takes an excerpt for one only where told so', async () => {
    const part = linesOfEvents(events.slice(10, 50));
    expect((await verifyLines(part, trusted)).firstBad).toMatchObject({ code: 'AUDIT-SEQUENCE', sequence: 1 });
    expect(await verifyLines(part, { ...trusted, part: true })).toMatchObject({
      firstBad: null,
      chains: [{ coveredTo: 45 }],
    });
    const changed = recomputed(events.slice(10, 50).with(3, edited(events[13]!, 'actor', seededRandom(2))), 3);
    const kept = changed.map((event, i) => (i < 3 ? event : { ...event, sequence: i + 11 }));
    expect((await verifyLines(linesOfEvents(kept), { ...trusted, part: true })).firstBad).not.toBeNull();
  });
});

describe('tianchou audit verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-audit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [keyId, publicKey] = [...keys.publicKeys][0]!;
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('needs the file and nothing else; names the first bad line in both languages and ends with 1', async () => {
    const text = `${linesOfEvents(events).join('\n')}\n`;
    const headsFile = write(HEADS_FILE, textOfHeads(heads));
    const key = write(`${keyId}.pem`, publicKey);
    for (const path of [write('good.jsonl', text), write('good.jsonl.gz', gzipSync(text))]) {
      const good = await runCommand(['audit', 'verify', path, '--heads', headsFile]);
      expect(good.code, good.errors).toBe(0);
      expect(good.output).toContain('330481: 60 events to 60');
      expect(good.output).toContain('signed head at 60');
    }
    const bad = write('bad.jsonl', text.replace('用户3', '用户4'));
    const found = await runCommand(['audit', 'verify', bad, '--heads', headsFile, '--key', key]);
    expect(found.code).toBe(1);
    expect(found.errors).toMatch(/^AUDIT-CONTENT line 3 \(330481\): The content of event 3/m);
    expect(found.errors).toMatch(/^AUDIT-CONTENT 第 3 行（330481）：第 3 条的内容/m);
    const cut = write('cut.jsonl', `${linesOfEvents(events.slice(0, 50)).join('\n')}\n`);
    expect((await runCommand(['audit', 'verify', cut])).code).toBe(0);
    const short = await runCommand(['audit', 'verify', cut, '--heads', headsFile]);
    expect(short.code).toBe(1);
    expect(short.errors).toContain('AUDIT-TAIL-MISSING 330481');
    expect((await runCommand(['audit', 'verify', join(folder, 'none.jsonl')])).code).toBe(2);
    expect((await runCommand(['audit', 'verify', write('empty.jsonl', '')])).code).toBe(2);
    expect((await runCommand(['audit', 'verify', write('noise.jsonl.gz', 'no gzip')])).code).toBe(2);
  });
});

describe.each(ENGINES)('tampering with the tables on $name', ({ open }) => {
  let test: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-heads-'));
  beforeAll(async () => {
    test = await open();
    await test.db.transaction((tx) => putEvents(tx, events));
  });
  afterAll(async () => {
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`finds every one of ${TAMPERINGS.length} kinds and names the first bad event (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    for (const kind of TAMPERINGS) {
      const tampered = tamper(events, kind, random, HEAD_AT);
      const { firstBad } = await verifyReplaced(test.db, '330481', tampered.events, heads);
      expect(firstBad?.sequence, kind).toBe(tampered.firstBad);
    }
    expect((await verifyReplaced(test.db, '330481', events, heads)).firstBad).toBeNull();
  });

  it('signs heads, keeps them in a file outside, and finds by them a tail cut off with the heads of the database', async () => {
    const options = {
      db: test.db,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      folders: { keyFolder: join(folder, 'keys'), headsFolder: join(folder, 'heads') },
    };
    const keeper = openHeadKeeper(options);
    await keeper.start();
    expect(statSync(join(folder, 'keys', 'audit-head.pem')).mode & 0o777).toBe(0o600);
    expect((await keeper.verify('330481')).coveredTo).toBe(60);
    expect(await keeper.sign()).toBe(0);
    const context = testActor('330481', systemClock, systemIds);
    const fact = { operation: 'test.write', objectKind: 'thing', objectId: 'x', countyCode: '330481' };
    await test.db.transaction((tx) => recordEvent(tx, context, fact));
    expect(await keeper.sign()).toBe(2);
    await keeper.stop();
    const text = readFileSync(join(folder, 'heads', HEADS_FILE), 'utf8');
    expect(text.trim().split('\n')).toHaveLength(4);
    // The same key is opened again, and a line the crash broke off is written whole.
    writeFileSync(join(folder, 'heads', HEADS_FILE), text.slice(0, -20));
    const again = openHeadKeeper(options);
    expect(again.keys.keyId).toBe(keeper.keys.keyId);
    await again.start();
    expect(await readHeadsFile(join(folder, 'heads'))).toMatchObject({ badLine: null, heads: { length: 4 } });
    await again.stop();
    await appendHeads(join(folder, 'heads'), []);

    // An administrator of the database takes the newest event away, and every trace of it there.
    await test.db.run(sql`alter table audit_event disable trigger audit_event_appended_only`);
    await test.db.run(sql`alter table audit_head disable trigger audit_head_appended_only`);
    await test.db.run(sql`delete from audit_event where chain = '330481' and sequence = 61`);
    await test.db.run(sql`delete from audit_head where chain = '330481' and sequence = 61`);
    expect((await again.verify('330481')).firstBad).toMatchObject({ code: 'AUDIT-TAIL-MISSING', sequence: 61 });
    // A head of their own making is no cure.
    await test.db.run(
      sql`insert into audit_head select chain, 60, hash, now(), key_id, signature from audit_head where chain = '330481'`,
    );
    expect((await again.verify('330481')).firstBad).not.toBeNull();
    const stored: AuditEvent[] = await readEvents(test.db, '330481');
    expect(stored).toEqual(events);
  });
});
