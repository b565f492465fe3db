import { existsSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startPostgresql } from './postgresql.ts';

describe('throw-away PostgreSQL', () => {
  it('starts two side by side with PostGIS and leaves nothing behind', async () => {
    const [one, two] = await Promise.all([startPostgresql(), startPostgresql({ durable: true })]);
    expect(one.port).not.toBe(two.port);
    const client = new pg.Client({ connectionString: two.url });
    await client.connect();
    const area = await client.query<{ area: number }>("select st_area('POLYGON((0 0,2 0,2 3,0 0))'::geometry) as area");
    expect(area.rows[0]!.area).toBe(3);
    expect((await client.query<{ fsync: string }>('show fsync')).rows[0]!.fsync).toBe('on');
    await client.end();
    await Promise.all([one.stop(), two.stop()]);
    await one.stop();
    expect(existsSync(one.dataDirectory)).toBe(false);
    expect(() => process.kill(two.pid, 0)).toThrow();
  });
});
