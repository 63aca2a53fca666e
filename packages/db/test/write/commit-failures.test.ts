import { until } from '@sinch-callbacks/dev-env/processes';
import { expect, it } from 'vitest';
import { createEventWriter, DatabaseUnavailableError } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

// A failure at the commit reaches the writer in another form than a failed statement.
const migrated = useMigratedDatabase('one-per-test');

const write = () =>
  createEventWriter(migrated.database, () => new Date()).write([
    toWrite(
      eventOf({
        event_time: '2026-01-02T03:04:05Z',
        message_delivery_report: { message_id: 'm', status: 'READ' },
      }),
    ),
  ]);

it('a connection that ends at the commit costs the event no attempt, and the event is applied later', async () => {
  await failOnceAtCommit('PERFORM pg_terminate_backend(pg_backend_pid());');
  await expect(write()).rejects.toBeInstanceOf(DatabaseUnavailableError);
  // The pool may hand out the ended connection once more.
  expect(await until(write, { what: 'a new connection' })).toEqual([{ kind: 'applied' }]);
});

it('a conflict that shows at the commit alone costs the event no attempt', async () => {
  await failOnceAtCommit(`RAISE EXCEPTION 'conflict' USING ERRCODE = '40001';`);
  expect(await write()).toEqual([{ kind: 'applied' }]);
});

it('an event that the database refuses at the commit fails for good', async () => {
  await failOnceAtCommit(`RAISE EXCEPTION 'refused' USING ERRCODE = '23514';`);
  expect(await write()).toMatchObject([
    { kind: 'failed', failureClass: 'permanent', message: 'refused (SQLSTATE 23514)' },
  ]);
});

/** Fails the first commit. A sequence counts the attempts, since a rollback leaves it as it is. */
async function failOnceAtCommit(fail: string): Promise<void> {
  const { prisma } = migrated.database;
  await prisma.$executeRawUnsafe('CREATE SEQUENCE commits');
  await prisma.$executeRawUnsafe(`
    CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF nextval('commits') = 1 THEN ${fail} END IF; RETURN NULL; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE CONSTRAINT TRIGGER fail_once AFTER INSERT ON callback_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_once()`);
}
