import { expect, it } from 'vitest';
import { emptyingOf, personalColumns } from '../../src/privacy/personal-columns.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

/** Columns of tables. Partitions repeat those of their table, and views show them. */
const schemaColumns = `
SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attname COLLATE "C") AS columns
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY c.relname ORDER BY c.relname COLLATE "C"`;

it('the catalogue lists every column of the schema, and no other', async () => {
  const rows = await migrated.read(schemaColumns);
  const listed = Object.entries(personalColumns)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([table, columns]) => ({ table, columns: Object.keys(columns).toSorted() }));
  expect(listed).toEqual(rows);
});

it('each way to empty a table is accepted by the database', async () => {
  for (const table of Object.keys(personalColumns)) {
    const assignments = emptyingOf(table);
    if (assignments !== '') await migrated.read(`UPDATE ${table} SET ${assignments}`);
  }
});

it('an identity, a name, a text or a body never stays, except as the proof of a consent', () => {
  const staying = Object.entries(personalColumns).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([name, { holds, redaction }]) =>
      redaction.kind === 'stays' && holds !== 'none' && holds !== 'id' ? [`${table}.${name}`] : [],
    ),
  );
  expect(staying.toSorted()).toEqual([
    'consent_event.channel_identity',
    'consent_event.identity',
    'dead_letter_run.operator',
    'erasure.operator',
    'outbound.key',
  ]);
});
