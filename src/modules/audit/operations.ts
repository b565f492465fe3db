import { err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { type ActorContext } from '../access/index.ts';
import { AUDIT_CHAIN, type AuditEvent, DONE, eventLine, hashedText } from './event.ts';
import { signatureState } from './head-key.server.ts';
import type { HeadKeeper } from './heads.server.ts';
import { findCoveringHead, readChainNames, readNewestHeads } from './heads.store.ts';
import {
  type EventCursor,
  type EventFilter,
  findEvent,
  readChains,
  readEventPage,
  recordEvent,
  sequencesWithin,
  sha256,
  streamEvents,
} from './store.ts';
import type { AuditEventDetail, AuditPage, ChainView, HeadsView, VerificationView } from './views.ts';
import { mayReadChain, visibleChains } from './visibility.ts';

const NO_CHAIN: Refusal = {
  code: 'AUDIT-NOT-FOUND',
  message: localized('没有这条审计链或审计记录。', 'There is no such chain or event of the audit.'),
  remedy: localized('请回到审计列表重新选择。', 'Go back to the list and choose again.'),
};

const WRONG_CURSOR: Refusal = {
  code: 'AUDIT-CURSOR',
  message: localized('翻页位置无效。', 'The place to go on from is not one of this list.'),
  remedy: localized('请从第一页重新查询。', 'Ask again from the first page.'),
  place: { field: 'before' },
};

const BUSY: Refusal = {
  code: 'AUDIT-VERIFY-BUSY',
  message: localized('正在校验审计链，一次只进行一项。', 'A chain is being verified; one at a time.'),
  remedy: localized('请等其完成后再试。', 'Try again when it is done.'),
};

/** Pages of one look at the same things by the same person within this time are one event. */
const LOOK_MILLISECONDS = 10 * 60 * 1000;
const LOOKS_KEPT = 1_000;

/** The audit as people read it: every look, check and export is an event of the chain `audit`. */
export interface AuditDesk {
  chains(context: ActorContext): Promise<ChainView[]>;
  page(
    context: ActorContext,
    filter: EventFilter,
    before: string | undefined,
    limit: number,
  ): Promise<Result<AuditPage, Refusal>>;
  event(context: ActorContext, chain: string, sequence: number): Promise<Result<AuditEventDetail, Refusal>>;
  verify(context: ActorContext, chain: string): Promise<Result<VerificationView, Refusal>>;
  /** Lines of the export, a page at a time. */
  export(context: ActorContext, filter: ExportFilter): Promise<Result<AsyncGenerator<string>, Refusal>>;
  heads(context: ActorContext, chain: string | undefined, limit: number): Promise<HeadsView>;
}

export interface ExportFilter {
  readonly chain?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function auditDesk(db: Database, keeper: Pick<HeadKeeper, 'keys' | 'verify'>): AuditDesk {
  const looks = new Map<string, number>();
  let isVerifying = false;

  const record = (
    context: ActorContext,
    operation: string,
    objectId: string,
    detail: Parameters<typeof recordEvent>[2]['detail'],
    result: string = DONE,
  ): Promise<AuditEvent> =>
    db.transaction((tx) =>
      recordEvent(tx, context, {
        operation,
        objectKind: 'auditChain',
        objectId,
        countyCode: null,
        chain: AUDIT_CHAIN,
        result,
        detail: detail ?? null,
      }),
    );

  /** Leaves the event of a look, unless the same person has looked at the same just now. */
  const looked = async (context: ActorContext, objectId: string, filter: Record<string, string>): Promise<void> => {
    const key = JSON.stringify([context.actor, context.role, context.address ?? null, objectId, filter]);
    const now = Date.parse(context.clock.now());
    const last = looks.get(key);
    if (last !== undefined && now - last < LOOK_MILLISECONDS) return;
    await record(context, 'audit.look', objectId, { filter });
    looks.delete(key);
    if (looks.size >= LOOKS_KEPT) looks.delete(looks.keys().next().value!);
    looks.set(key, now);
  };

  return {
    chains: (context) => readChains(db, (chain) => mayReadChain(context, chain)),

    async page(context, filter, before, limit) {
      if (filter.chain !== undefined && !mayReadChain(context, filter.chain)) return err(NO_CHAIN);
      const cursor = before === undefined ? null : cursorOf(before);
      if (cursor === undefined) return err(WRONG_CURSOR);
      const asked = Object.fromEntries(
        Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      // The look is written down before anything is shown.
      await looked(context, filter.chain ?? '*', asked);
      const events = await readEventPage(db, visibleChains(context), filter, cursor, limit + 1);
      const shown = events.slice(0, limit);
      return ok({ events: shown, next: events.length > limit ? cursorText(shown.at(-1)!) : null });
    },

    async event(context, chain, sequence) {
      if (!mayReadChain(context, chain)) return err(NO_CHAIN);
      const event = await findEvent(db, chain, sequence);
      if (event === undefined) return err(NO_CHAIN);
      await looked(context, chain, { sequence: String(sequence) });
      const previous = sequence === 1 ? undefined : await findEvent(db, chain, sequence - 1);
      const text = hashedText(event);
      const follows = sequence === 1 ? /^0{64}$/.test(event.previousHash) : previous?.hash === event.previousHash;
      const head = await findCoveringHead(db, chain, sequence);
      return ok({ event, hashedText: text, holds: sha256(text) === event.hash && follows, coveredBy: head ?? null });
    },

    async verify(context, chain) {
      if (!mayReadChain(context, chain)) return err(NO_CHAIN);
      if (isVerifying) return err(BUSY);
      isVerifying = true;
      try {
        const begun = performance.now();
        const { events, heads, coveredTo, lastHash, firstBad } = await keeper.verify(chain);
        if (events === 0 && firstBad === null) return err(NO_CHAIN);
        await record(
          context,
          'audit.verify',
          chain,
          { events, heads, coveredTo, ...(firstBad === null ? {} : { firstBad: firstBad.sequence }) },
          firstBad?.code ?? DONE,
        );
        const milliseconds = Math.round(performance.now() - begun);
        return ok({ chain, events, heads, coveredTo, lastHash, firstBad, milliseconds });
      } finally {
        isVerifying = false;
      }
    },

    async export(context, filter) {
      if (filter.chain !== undefined && !mayReadChain(context, filter.chain)) return err(NO_CHAIN);
      const exported = await exportLines(
        db,
        (chain) => mayReadChain(context, chain),
        filter,
        (ranges) => record(context, 'audit.export', filter.chain ?? '*', { ranges, ...definedOf(filter) }),
      );
      return exported === undefined ? err(NO_CHAIN) : ok(exported);
    },

    async heads(context, chain, limit) {
      const heads = await readNewestHeads(db, visibleChains(context), chain, limit);
      return {
        heads: heads.map((head) => ({
          ...head,
          day: head.at.slice(0, 10),
          signatureHolds: signatureState(head, keeper.keys.publicKeys) === 'holds',
        })),
        keys: [...keeper.keys.publicKeys].map(([keyId, publicKey]) => ({ keyId, publicKey })),
      };
    },
  };
}

function definedOf(filter: ExportFilter): { from?: string; to?: string } {
  const { from, to } = filter;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/**
 * Lines of the chains asked for, each chain without a gap: what a time cuts out is widened to whole numbers. `record` leaves
 * the event of the export before the first line is given. Undefined where there is nothing.
 */
export async function exportLines(
  db: Database,
  isVisible: (chain: string) => boolean,
  filter: ExportFilter,
  record: (ranges: Record<string, [first: number, last: number]>) => Promise<unknown>,
): Promise<AsyncGenerator<string> | undefined> {
  const chains = (await readChainNames(db)).filter(
    (chain) => isVisible(chain) && (filter.chain === undefined || chain === filter.chain),
  );
  const ranges: Record<string, [first: number, last: number]> = {};
  for (const chain of chains) {
    const range = await sequencesWithin(db, chain, filter.from, filter.to);
    if (range !== undefined) ranges[chain] = [range.first, range.last];
  }
  if (Object.keys(ranges).length === 0) return undefined;
  await record(ranges);
  return (async function* () {
    for (const [chain, [first, last]] of Object.entries(ranges)) {
      for await (const page of streamEvents(db.background, chain, first, last))
        yield page.map((event) => `${eventLine(event)}\n`).join('');
    }
  })();
}

function cursorText({ at, chain, sequence }: EventCursor): string {
  return `${at}~${chain}~${sequence}`;
}

/** Undefined where the text is no place of a list. */
function cursorOf(text: string): EventCursor | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,6}Z)~([a-z0-9]{1,20})~(\d{1,15})$/.exec(text);
  return match === null || Number.isNaN(Date.parse(match[1]!))
    ? undefined
    : { at: match[1]!, chain: match[2]!, sequence: Number(match[3]) };
}
