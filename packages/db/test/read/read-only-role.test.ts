import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { useMigratedDatabase } from '../support.ts';

const page = resolve(import.meta.dirname, '../../../../docs/reading-the-rows.md');
/** Roles belong to the whole server, which other test files use too. */
const role = `reader_${randomBytes(6).toString('hex')}`;

const migrated = useMigratedDatabase();

afterAll(async () => {
  await migrated.read(`DROP OWNED BY ${role}`);
  await migrated.read(`DROP ROLE ${role}`);
});

it('the role of docs/reading-the-rows.md reads every view and table that it names, and nothing else, and changes nothing', async () => {
  const sql = await statementsOnThePage();
  await migrated.read(sql.replaceAll('callbacks_reader', role));
  const granted = /GRANT SELECT ON ([^;]+) TO/.exec(sql)?.[1]?.split(/,\s*/) ?? [];
  const url = new URL(migrated.url);
  url.username = role;
  url.password = 'choose-a-password';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    for (const name of granted) await client.query(`SELECT * FROM ${name} LIMIT 1`);
    for (const name of ['callback_event', 'callback_event_kept', 'dead_letter', 'event_guard']) {
      await expect(client.query(`SELECT * FROM ${name}`)).rejects.toThrow('permission denied');
    }
    await client.query('SET default_transaction_read_only = off');
    await expect(client.query('DELETE FROM message')).rejects.toThrow('permission denied');
  } finally {
    await client.end();
  }
  const views = await migrated.read(
    "SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewname NOT IN ('consent_word', 'contact_listing')",
  );
  expect(granted).toEqual(expect.arrayContaining(views.map(({ viewname }) => viewname)));
});

async function statementsOnThePage(): Promise<string> {
  const text = await readFile(page, 'utf8');
  const [, sql] = /<!-- test: read-only role -->\n```sql\n([^`]+)```/.exec(text) ?? [];
  if (sql === undefined) throw new Error('the page does not say how the role is made');
  return sql;
}
