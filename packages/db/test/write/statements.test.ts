import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { textArray } from '../../src/write/text-array.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

/** All that a Postgres text holds. */
const storable = fc
  .string({ unit: 'binary' })
  .map((text) => text.replaceAll('\u0000', '').toWellFormed());

it('texts in binary form arrive as they were, nulls, quotes and every letter included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(storable), { maxLength: 20 }), async (texts) => {
      const sql = 'SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS f(t, n) ORDER BY n';
      const { rows } = await migrated.database.pool.query<{ t: string | null }>(sql, [
        textArray(texts),
      ]);
      expect(rows.map(({ t }) => t)).toEqual(texts);
    }),
    { numRuns: 200 },
  );
});

it('a pooler that keeps no prepared statements costs no event an attempt', async () => {
  const { database } = migrated;
  const writer = createEventWriter(database, () => new Date());
  const write = async (id: string) =>
    await writer.write([
      toWrite(eventOf({ message_delivery_report: { message_id: id, status: 'READ' } })),
    ]);
  await write('first');
  // A pooler that gives the next transaction another server session does the same.
  await database.pool.query('DEALLOCATE ALL');
  expect(await write('second')).toEqual([{ kind: 'applied' }]);
  await database.pool.query('DEALLOCATE ALL');
  expect(await write('third')).toEqual([{ kind: 'applied' }]);
});
