import { type Database } from '../../platform/db/index.ts';
import { errorFields, type Logger } from '../../platform/logging.ts';
import { type Clock, type Ids, systemActor } from '../access/index.ts';
import { chainBreak, type ChainBreak } from './chain-check.ts';
import { AUDIT_CHAIN } from './event.ts';
import { type AuditHead, headLine } from './head.ts';
import { type HeadKeys, openHeadKeys, signatureState, temporaryKeys } from './head-key.server.ts';
import { appendHeads, readHeadsFile } from './heads-file.server.ts';
import { insertHead, lockHeads, readLastEvents, readSignedHeads } from './heads.store.ts';
import { type ChainOutcome, recordEvent, verifyStoredChain } from './store.ts';

/** Where the key and the heads lie. */
export interface HeadFolders {
  /** Of the private half of the key: in the data folder. */
  readonly keyFolder: string;
  /** Of the file of heads; best a place the administrator of the database does not own. */
  readonly headsFolder: string;
}

export interface HeadKeeperOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Null: a key that is forgotten and no file (tests, a database in memory). */
  readonly folders: HeadFolders | null;
}

/** Signs the heads of the chains and keeps them outside the database. */
export interface HeadKeeper {
  readonly keys: HeadKeys;
  /** Writes heads to the file that a crash kept from it, signs what is new, and goes on every hour. */
  start(): Promise<void>;
  /** Signs the head of every chain that has grown since its last one; how many. */
  sign(): Promise<number>;
  /** The walk through a chain, against the heads of the database and of the file. */
  verify(chain: string): Promise<ChainOutcome & { readonly heads: number }>;
  /** Signs for the last time. */
  stop(): Promise<void>;
}

const HOUR_MILLISECONDS = 60 * 60 * 1000;

export function openHeadKeeper({ db, clock, ids, logger, folders }: HeadKeeperOptions): HeadKeeper {
  const keys = folders === null ? temporaryKeys() : openHeadKeys(folders.keyFolder, folders.headsFolder);
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();

  /** One at a time in this process. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = working.then(work, work);
    working = next.catch(() => {});
    return next;
  };
  const fileNow = () => (folders === null ? { heads: [], badLine: null } : readHeadsFile(folders.headsFolder));

  /** Heads in the database that the file does not have: the process died between the two. */
  const completeFile = async (): Promise<void> => {
    if (folders === null) return;
    const written = new Set((await fileNow()).heads.map(headLine));
    const missing = (await readSignedHeads(db)).filter((head) => !written.has(headLine(head)));
    await appendHeads(folders.headsFolder, missing, true);
  };

  const signNow = async (): Promise<number> => {
    const signed = await db.transaction(async (tx): Promise<AuditHead[]> => {
      if (!(await lockHeads(tx))) return [];
      const known = new Map<string, number>();
      for (const { chain, sequence } of await readSignedHeads(tx))
        known.set(chain, Math.max(known.get(chain) ?? 0, sequence));
      const grown = (await readLastEvents(tx)).filter(({ chain, sequence }) => sequence > (known.get(chain) ?? 0));
      if (grown.length === 0) return [];
      const at = clock.now();
      const event = await recordEvent(tx, systemActor(clock, ids), {
        operation: 'audit.signHeads',
        objectKind: 'auditHeads',
        objectId: at,
        countyCode: null,
        chain: AUDIT_CHAIN,
        detail: { chains: grown.length, keyId: keys.keyId },
      });
      const heads = [...grown.filter(({ chain }) => chain !== AUDIT_CHAIN), event].map(({ chain, sequence, hash }) =>
        keys.sign({ chain, sequence, hash, at }),
      );
      for (const head of heads) await insertHead(tx, head);
      return heads;
    });
    if (folders !== null) await appendHeads(folders.headsFolder, signed);
    return signed.length;
  };

  const keeper: HeadKeeper = {
    keys,

    async start() {
      await inTurn(completeFile);
      await keeper.sign();
      timer = setInterval(() => {
        keeper
          .sign()
          .catch((error: unknown) => logger.log('error', 'signing the heads of the audit failed', errorFields(error)));
      }, HOUR_MILLISECONDS);
      timer.unref();
    },

    sign: () => inTurn(signNow),

    async verify(chain) {
      const file = await fileNow();
      const all = new Map<string, AuditHead>();
      for (const head of [...(await readSignedHeads(db, chain)), ...file.heads.filter((one) => one.chain === chain)])
        all.set(headLine(head), head);
      const heads = [...all.values()];
      const wrong = file.badLine === null ? firstWrongHead(heads, keys.publicKeys) : badLineBreak(chain, file.badLine);
      const outcome = await verifyStoredChain(
        db,
        chain,
        heads.filter((head) => signatureState(head, keys.publicKeys) === 'holds'),
      );
      return { ...outcome, firstBad: outcome.firstBad ?? wrong, heads: heads.length };
    },

    async stop() {
      clearInterval(timer);
      await keeper.sign();
    },
  };
  return keeper;
}

function badLineBreak(chain: string, line: number): ChainBreak {
  return chainBreak(
    chain,
    0,
    'AUDIT-HEAD-FORM',
    `链头文件第 ${line} 行不是链头：文件被改动。`,
    `Line ${line} of the file of heads is no head: the file was changed.`,
  );
}

/** The first head whose signature does not hold, or is of an unknown key. */
export function firstWrongHead(
  heads: readonly AuditHead[],
  publicKeys: Parameters<typeof signatureState>[1],
): ChainBreak | null {
  for (const head of heads) {
    const state = signatureState(head, publicKeys);
    if (state === 'broken') {
      return chainBreak(
        head.chain,
        head.sequence,
        'AUDIT-HEAD-SIGNATURE',
        `链头（${head.chain} 第 ${head.sequence} 条，${head.at}）的签名不成立：链头被改动或伪造。`,
        `The signature of the head of ${head.chain} at event ${head.sequence} (${head.at}) does not hold: the head was changed or forged.`,
      );
    }
    if (state === 'unknown') {
      return chainBreak(
        head.chain,
        head.sequence,
        'AUDIT-HEAD-KEY',
        `链头（${head.chain} 第 ${head.sequence} 条，${head.at}）由未知密钥 ${head.keyId} 签名。`,
        `The head of ${head.chain} at event ${head.sequence} (${head.at}) is signed with the unknown key ${head.keyId}.`,
      );
    }
  }
  return null;
}
