import type { Clock, Ids } from '../modules/access/index.ts';
import type { Database } from './db/index.ts';
import type { Files } from './files/index.ts';
import type { Jobs } from './jobs/index.ts';
import type { Logger } from './logging.ts';

/** What the routes and jobs of a module are built with. */
export interface Services {
  readonly db: Database;
  readonly files: Files;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}
