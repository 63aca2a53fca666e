import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { beforeAll, describe, expect, it } from 'vitest';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

beforeAll(async () => {
  for (const sql of seed) await queryRows(migrated.url, sql);
}, 600_000);

/** The short form is large enough that Postgres prefers an index. */
const messages = sized({ short: 40_000, long: 1_000_000 });
const people = messages / 5;
const at = (n: string) => `timestamptz '2026-01-01T00:00:00Z' + ${n} * interval '43 seconds'`;

const seed = [
  `INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at, direction, status,
     failed_at, channel, identity, app_id, conversation_id, contact_id, metadata, correlation_id, batch_id)
   SELECT '01M' || n, t, t, t, 'TO_CONTACT', CASE WHEN n % 20 = 0 THEN 'FAILED' ELSE 'DELIVERED' END,
     CASE WHEN n % 20 = 0 THEN t END, 'SMS', CASE n % 4 WHEN 0 THEN '1555' ELSE '1555' || n % ${people} END,
     'APP' || n % 3, CASE n % 4 WHEN 0 THEN 'BUSY' ELSE 'CONV' || n % ${people} END, 'C' || n % ${people}, 'order-' || n, 'correlation-' || n / 2, 'batch-' || n / 100
   FROM generate_series(1, ${messages}) AS n, LATERAL (SELECT ${at('n')} AS t)`,
  `INSERT INTO message_failure (sinch_message_id, failed_at, app_id)
   SELECT sinch_message_id, failed_at, app_id FROM message WHERE failed_at IS NOT NULL`,
  `INSERT INTO inbound_event (id, created_at, happened_at, updated_at, conversation_id, contact_id)
   SELECT 'E' || n, t, t, t, 'CONV' || n % ${people}, 'C' || n % ${people}
   FROM generate_series(1, ${people}) AS n, LATERAL (SELECT ${at('n')} AS t)`,
  `INSERT INTO contact (sinch_contact_id, created_at)
   SELECT 'C' || n, now() FROM generate_series(1, ${people}) AS n`,
  `INSERT INTO contact_identity (sinch_contact_id, channel, identity, created_at)
   SELECT 'C' || n, 'SMS', '1555' || n, now() FROM generate_series(1, ${people}) AS n`,
  `INSERT INTO contact_root (contact_id, root_id, created_at, updated_at)
   SELECT 'C' || n, 'C' || n - n % 2, now(), now() FROM generate_series(2, ${people / 4}) AS n`,
  `INSERT INTO consent_event (consent_key, app_id, contact_id, channel, identity, kind, effect,
     order_at, received_at, event_digest, created_at, updated_at)
   SELECT decode(md5(n || way), 'hex'), 'APP0', 'C' || n, 'SMS',
     CASE WHEN n % 3 > 0 THEN '1555' || n END, 'OPT_' || way, way, now(), now(),
     decode(md5(way || n), 'hex'), now(), now()
   FROM generate_series(1, ${people}) AS n, unnest(ARRAY['IN', 'OUT']) AS way`,
  // Of two, one is a message by now, and the other waits.
  `INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request, state,
     sinch_message_id, created_at)
   SELECT gen_random_uuid(), 'APP', 'order-' || n, 'SMS:1555' || n, ARRAY['1555' || n], '\\x00',
     '{"message": {"text_message": {"text": "Hi"}}}', CASE n % 2 WHEN 0 THEN 'SENT' ELSE 'QUEUED'
     END::outbound_state, CASE n % 2 WHEN 0 THEN '01M' || n END, ${at('n')}
   FROM generate_series(1, ${people}) AS n`,
  'VACUUM ANALYZE',
];

const oneDay = `failed_at >= '2026-01-05T00:00:00Z' AND failed_at < '2026-01-06T00:00:00Z'`;

describe('what people look for is found by an index', () => {
  it.each([
    [
      'a number',
      `SELECT * FROM message WHERE identity = '1555777' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      "the sender's metadata",
      `SELECT * FROM message WHERE metadata = 'order-777' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      'a correlation id',
      `SELECT * FROM message WHERE correlation_id = 'correlation-7' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      'a batch',
      `SELECT * FROM message WHERE batch_id = 'batch-7' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      'a contact',
      `SELECT * FROM message WHERE contact_id = 'C777' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      'a page of a conversation',
      `SELECT * FROM conversation_timeline WHERE conversation_id = 'CONV777' ORDER BY happened_at DESC LIMIT 20`,
    ],
    [
      'what a number wrote, got or is to get',
      `SELECT * FROM conversation_timeline WHERE identity = '1555777' AND entry <> 'EVENT'`,
    ],
    ['a message with its outbound row', `SELECT * FROM conversation_timeline WHERE id = '01M778'`],
    [
      'an outbound row',
      `SELECT * FROM conversation_timeline WHERE entry = 'OUTBOUND'
       AND outbound_id = (SELECT id FROM outbound WHERE key = 'order-777')`,
    ],
    ['the outbound row of a key', `SELECT * FROM outbound WHERE key = 'order-777'`],
    [
      'messages of an app that failed on a day',
      `SELECT * FROM message_failed WHERE app_id = 'APP1' AND ${oneDay}`,
    ],
    [
      'how many messages failed on a day',
      `SELECT count(*) FROM message_failed WHERE app_id = 'APP1' AND ${oneDay}`,
    ],
    [
      'an hour of messages',
      `SELECT * FROM message WHERE happened_at BETWEEN '2026-01-05T00:00:00Z' AND '2026-01-05T01:00:00Z'`,
    ],
    [
      'the statuses of a day',
      `SELECT * FROM status_by_day WHERE app_id = 'APP1' AND day = '2026-01-05'`,
    ],
    ['the consent of a number', `SELECT * FROM consent_current WHERE identity = '1555777'`],
    ['the consent of a contact', `SELECT * FROM consent_current WHERE contact_id = 'C776'`],
    ['a contact', `SELECT * FROM contact_current WHERE contact_id = 'C776'`],
  ])('%s', async (_, sql) => {
    expect((await migrated.read(sql)).length).toBeGreaterThan(0);
    expect(await scannedWhole(sql)).toEqual([]);
  });

  it.each([
    ['a number', `SELECT * FROM message WHERE identity = '1555'`],
    ['a conversation', `SELECT * FROM conversation_timeline WHERE conversation_id = 'BUSY'`],
  ])('and the newest of %s with very many without a look at the others', async (_, sql) => {
    const page = `${sql} ORDER BY created_at DESC LIMIT 20`;
    expect(await planOf(page)).not.toContain('Sort  ');
    expect(await migrated.read(page)).toHaveLength(20);
  });
});

/** A promise of speed, for a machine that does nothing else. */
describe.runIf(messages === 1_000_000)('with a million messages', () => {
  it.each<[string, (n: number) => string]>([
    ['a number', (n) => `SELECT * FROM message WHERE identity = '1555${n}'`],
    ["the sender's metadata", (n) => `SELECT * FROM message WHERE metadata = 'order-${n}'`],
    ['a correlation id', (n) => `SELECT * FROM message WHERE correlation_id = 'correlation-${n}'`],
    [
      'a page of a conversation',
      (n) => `SELECT * FROM conversation_timeline WHERE conversation_id = 'CONV${n}'`,
    ],
    [
      'messages of an app that failed on a day',
      (n) => `SELECT * FROM message_failed WHERE app_id = 'APP${n % 3}'
        AND failed_at >= date '2026-01-01' + ${n % 400} AND failed_at < date '2026-01-02' + ${n % 400}`,
    ],
  ])('95 of 100 times %s is found within 50 ms', async (_, ask) => {
    const took: number[] = [];
    for (let n = 1; n <= 100; n += 1) {
      const startedAt = performance.now();
      await migrated.read(`${ask(n * 1_777)} ORDER BY created_at DESC LIMIT 50`);
      took.push(performance.now() - startedAt);
    }
    expect(took.toSorted((a, b) => a - b)[94]).toBeLessThan(50);
  });
});

async function planOf(sql: string): Promise<string> {
  const rows = await migrated.read(`EXPLAIN ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** Tables that the plan reads from one end to the other; an empty one is one page at the most. */
async function scannedWhole(sql: string): Promise<string[]> {
  const plan = await planOf(sql);
  return [...plan.matchAll(/Seq Scan on (\w+)/g)]
    .map(([, table = '']) => table)
    .filter((table) => table !== 'contact_duplicate');
}
