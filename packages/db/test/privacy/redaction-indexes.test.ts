import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { beforeAll, expect, it } from 'vitest';
import { selectDue } from '../../src/privacy/handle-deleted-contacts.ts';
import { selectEvents, selectMessages } from '../../src/privacy/redact-old.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

const tablesOfContacts = [
  'reaction',
  'unsupported',
  'event_delivery',
  'message_analysis',
  'capability',
];

/** Few of many rows are left to empty, as on any day but the first. */
const seed = [
  `INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at, emptied_at, text)
   SELECT '01M' || n, t, t, t, CASE WHEN n % 100 > 0 AND n < 30000 THEN now() END, 'text'
   FROM generate_series(1, 60000) AS n,
     LATERAL (SELECT timestamptz '2025-01-01' + n * interval '1 minute' AS t)`,
  `INSERT INTO callback_event (event_digest, kept, received_at, applied_at, attempts, state,
     trigger, entity_id, raw_body)
   SELECT decode(md5(n::text), 'hex'), false, t, t, 1, 'APPLIED', 'MESSAGE_INBOUND', '01M' || n,
     CASE WHEN n % 100 > 0 AND n < 30000 THEN '' ELSE '{"message": {}}' END
   FROM generate_series(1, 60000) AS n,
     LATERAL (SELECT timestamptz '2025-01-01' + n * interval '1 minute' AS t)`,
  `INSERT INTO contact (sinch_contact_id, created_at, deleted_at, emptied_at)
   SELECT 'C' || n, now(), CASE WHEN n % 10 = 0 THEN timestamptz '2025-01-01' END,
     CASE WHEN n % 10 = 0 AND n > 100 THEN now() END
   FROM generate_series(1, 30000) AS n`,
  `INSERT INTO handler_task (event_received_at, state, occurrence, event_digest, handler, trigger)
   SELECT now(), CASE WHEN n % 1000 = 0 THEN 'WAITING' ELSE 'DONE' END::handler_task_state,
     decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex'), 'greet', 'MESSAGE_INBOUND'
   FROM generate_series(1, 20000) AS n`,
  ...tablesOfContacts.map(
    (table) => `INSERT INTO ${table}
      SELECT (jsonb_populate_record(NULL::${table}, jsonb_build_object('id', n, 'app_id', 'A1',
        'sinch_event_id', n, 'sinch_message_id', n, 'contact_id', 'C' || n, 'channel', 'SMS',
        'identity', n, 'created_at', now(), 'updated_at', now(), 'status_stamp', '', 'action', 'react',
        'status', 'X', 'capability_stamp', '', 'results_stamp', '', 'several_channels', false,
        'happened_at', now(), 'status_rank', 1, 'emoji', ''))).*
      FROM generate_series(1, 5000) AS n`,
  ),
  'VACUUM ANALYZE',
];

beforeAll(async () => {
  for (const sql of seed) await queryRows(migrated.url, sql);
}, 120_000);

it.each([
  ['messages', selectMessages, ['2025-01-20', 100], /Index Scan using message_full_created_at_idx/],
  [
    'events',
    selectEvents,
    ['-infinity', '2025-01-20', 100],
    /Index Scan using callback_event_default_\w+ on callback_event_default/,
  ],
  ['deleted contacts', selectDue, ['2026-01-01'], /contact_to_redact_idx/],
])('the %s that are left to redact are found by an index', async (_, sql, values, index) => {
  const plan = (await migrated.read(`EXPLAIN ${inlined(sql, values)}`))
    .map((row) => String(row['QUERY PLAN']))
    .join('\n');
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(/Seq Scan on (message|contact c|callback_event|handler_task)/);
});

it.each(tablesOfContacts)('the rows of %s of a contact are found by an index', async (table) => {
  const sql = `EXPLAIN SELECT FROM ${table} WHERE contact_id = ANY(ARRAY['C7'])`;
  const plan = (await migrated.read(sql)).map((row) => String(row['QUERY PLAN'])).join('\n');
  expect(plan).toContain(`${table}_contact_id_idx`);
});

/** EXPLAIN of a statement with parameters shows the plan for any value. */
function inlined(sql: string, values: readonly (string | number)[]): string {
  return sql.replaceAll(/\$(\d)/g, (_, place: string) => {
    const value = values[Number(place) - 1];
    return typeof value === 'number' ? String(value) : `'${value ?? ''}'`;
  });
}
