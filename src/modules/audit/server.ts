export { readLastEvents } from './heads.store.ts';
export { type HeadFolders, type HeadKeeper, openHeadKeeper } from './heads.server.ts';
export { auditDesk, exportLines } from './operations.ts';
export { type RefusedAttempts, refusedAttempts } from './refused-attempts.server.ts';
export { auditRoutes } from './routes.ts';
export { brokenChains, firstBrokenEvent, hashOfContent, readEvents, recordEvent, verifyStoredChain } from './store.ts';
export { readAuditCount } from './count.store.ts';
