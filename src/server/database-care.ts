import { brokenChains, readLastEvents } from '../modules/audit/server.ts';
import type { TableCare } from '../platform/db/backup.ts';

/** What copies of the database must know of the modules' tables. */
export const TABLE_CARE: TableCare = {
  // A session or a sign-in under way belongs to a browser and a moment: a copy that held them would be a key to the house.
  leftOut: ['session', 'verification'],
  heads: readLastEvents,
  brokenChains,
};
