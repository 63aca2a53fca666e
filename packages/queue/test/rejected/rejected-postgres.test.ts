import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openRejectedStore, rejectedBounds } from '../../src/index.ts';
import { oldestIdAt } from '../../src/rejected/rejected-callback.ts';
import { useQueueHarness } from '../queue-harness.ts';

const harness = useQueueHarness('postgres');
const startedAt = Date.parse('2026-01-02T03:04:05.678Z');
const maxEntries = 3;

it('on Postgres, two that are kept at once do not each take the last place', async () => {
  const { backend, prefix } = harness.location();
  const now = () => new Date(startedAt);
  const bounds = { ...rejectedBounds, maxEntries };
  const store = harness.closing(
    openRejectedStore(harness.location(), { bounds, now, timeoutMs: 20_000 }),
  );
  const keep = async (n: number) =>
    await store.keep({
      rawBody: Buffer.from(`body ${n}`),
      headers: {},
      cause: 'signature-mismatch',
      receivedAt: new Date(startedAt + n),
    });
  for (const n of [1, 2, 3]) await keep(n);

  const slow = new pg.Client(backend.url);
  await slow.connect();
  await slow.query('BEGIN');
  const id = `${oldestIdAt(new Date(startedAt + 4))}-slow`;
  const entry = JSON.stringify({ cause: 'x', receivedAt: now(), headers: {}, bodyBytes: 0 });
  const values = [id, 1, entry, oldestIdAt(new Date(0)), maxEntries, 1_000_000];
  await slow.query(`SELECT ${prefix}_queue.keep_rejected_callback($1, $2, $3, $4, $5, $6)`, values);
  const second = keep(5);
  await waitsForLock(backend.url);
  await slow.query('COMMIT');
  await slow.end();
  expect(await second).toBe('kept');
  expect(await store.count()).toBe(maxEntries);
});

/** Reads over a connection of its own: within a transaction the view does not change. */
async function waitsForLock(url: string): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await until(async () => (await queryRows(url, waiting)).length === 1, {
    what: 'the second to wait for the first',
  });
}
