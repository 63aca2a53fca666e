import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy, queryRows, startPostgres } from '@sinch-callbacks/dev-env/servers';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import {
  createEventWriter,
  type Database,
  DatabaseUnavailableError,
  migrateDatabase,
  openDatabase,
} from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

type Limits = NonNullable<Parameters<typeof openDatabase>[0]['limits']>;

const migrated = useMigratedDatabase();
let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const opened = closers.toReversed();
  closers = [];
  for (const close of opened) await close();
  await set('RESET ALL');
  await migrated.database.prisma.$executeRawUnsafe('DROP TRIGGER IF EXISTS act ON message');
  await emptyTables(migrated.database);
});

/** Opens a pool as a worker has it. */
function open(url = migrated.url, limits: Limits = {}, poolSize = 2): Database {
  const database = openDatabase({ url, limits, poolSize });
  closers.push(() => database.close());
  return database;
}

/** Opens a session of another client. */
async function openSession(url = migrated.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  closers.push(() => client.end());
  return client;
}

async function write(database: Database, ...ids: string[]): Promise<string[]> {
  const events = ids.map((id) =>
    toWrite(
      eventOf({
        event_time: '2026-01-02T03:04:05Z',
        message_delivery_report: { message_id: id, status: 'DELIVERED' },
      }),
    ),
  );
  const outcomes = await createEventWriter(database, () => new Date()).write(events);
  return outcomes.map((one) => (one.kind === 'failed' ? one.failureClass : one.kind));
}

/** Makes the writer do this as it writes the message, in the middle of its transaction. */
async function onMessage(statement: string): Promise<void> {
  const { prisma } = migrated.database;
  await prisma.$executeRawUnsafe(
    `CREATE OR REPLACE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN ${statement}; RETURN NEW; END $$`,
  );
  await prisma.$executeRawUnsafe(
    'CREATE TRIGGER act BEFORE INSERT OR UPDATE ON message FOR EACH ROW EXECUTE FUNCTION act()',
  );
}

/**
 * Changes a setting for later sessions. It uses the server's own database, because this one may be
 * read-only.
 */
async function set(setting: string): Promise<void> {
  const name = new URL(migrated.url).pathname.slice(1);
  await queryRows(inject('postgresUrl'), `ALTER DATABASE "${name}" ${setting}`);
}

const waitsForLock = async () => {
  const { rowCount } = await (await openSession()).query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
     AND application_name = 'sinch-callbacks' AND wait_event_type = 'Lock'`,
  );
  return rowCount === 1;
};

const blocked = { what: 'the writer to wait for a lock', timeoutMs: 30_000 };
const unavailable = DatabaseUnavailableError;

describe('a conflict with another session is settled at once', () => {
  it('a deadlock: the writer, once it is the victim, begins again', async () => {
    await set("SET deadlock_timeout = '2s'");
    const database = open(migrated.url, { batchLockTimeoutMs: 5_000 });
    await write(database, 'a', 'b');
    const other = await openSession();
    await other.query("SET deadlock_timeout = '1min'");
    await other.query('BEGIN');
    const lock = 'SELECT 1 FROM message WHERE sinch_message_id = $1 FOR UPDATE';
    await other.query(lock, ['b']);
    const writing = createEventWriter(database, () => new Date()).write(
      ['a', 'b'].map((id) =>
        toWrite(eventOf({ message_delivery_report: { message_id: id, status: 'READ' } })),
      ),
    );
    await until(waitsForLock, blocked);
    // Granted only once Postgres has ended the writer's transaction.
    await other.query(lock, ['a']);
    await other.query('COMMIT');
    expect(await writing).toEqual([{ kind: 'applied' }, { kind: 'applied' }]);
  });

  it('a serialization failure', async () => {
    await write(migrated.database, 'a');
    await set("SET default_transaction_isolation = 'repeatable read'");
    const other = await openSession();
    await other.query('BEGIN');
    await other.query("UPDATE message SET status_rank = status_rank WHERE sinch_message_id = 'a'");
    const writing = createEventWriter(open(), () => new Date()).write([
      toWrite(eventOf({ message_delivery_report: { message_id: 'a', status: 'READ' } })),
    ]);
    await until(waitsForLock, blocked);
    await other.query('COMMIT');
    expect(await writing).toEqual([{ kind: 'applied' }]);
  });
});

describe('an event that cannot be written now', () => {
  it('behind a locked table is blocked, which costs no attempt, and is applied once that is free', async () => {
    const other = await openSession();
    await other.query('BEGIN; LOCK TABLE message IN ACCESS EXCLUSIVE MODE');
    const database = open(migrated.url, { lockTimeoutMs: 50 });
    expect(await write(database, 'a', 'b')).toEqual(['blocked', 'blocked']);
    await other.query('COMMIT');
    expect(await write(open(), 'a', 'b')).toEqual(['applied', 'applied']);
  });

  it('behind a locked row is blocked alone, within bounded time, and its neighbours are applied', async () => {
    await write(migrated.database, 'a');
    const other = await openSession();
    await other.query("BEGIN; SELECT 1 FROM message WHERE sinch_message_id = 'a' FOR UPDATE");
    const database = open(migrated.url, { lockTimeoutMs: 50 });
    const events = ['a', 'b', 'c'].map((id) =>
      toWrite(eventOf({ message_delivery_report: { message_id: id, status: 'READ' } })),
    );
    const outcomes = await createEventWriter(database, () => new Date()).write(events);
    expect(outcomes).toMatchObject([
      { kind: 'failed', failureClass: 'blocked' },
      { kind: 'applied' },
      { kind: 'applied' },
    ]);
  });

  it('in the time of a statement fails as worth another try', async () => {
    await onMessage('PERFORM pg_sleep(600)');
    expect(await write(open(migrated.url, { statementTimeoutMs: 200 }), 'a')).toEqual([
      'transient',
    ]);
  });

  it('in the time of a transaction, though the database answers, likewise', async () => {
    await onMessage('PERFORM pg_sleep(2)');
    expect(await write(open(migrated.url, { transactionTimeoutMs: 400 }), 'a')).toEqual([
      'transient',
    ]);
  });
});

describe('no event loses an attempt because of', () => {
  it('a session that an administrator ends in the middle of the transaction', async () => {
    await onMessage('PERFORM pg_terminate_backend(pg_backend_pid())');
    await expect(write(open(), 'a')).rejects.toBeInstanceOf(unavailable);
    await migrated.database.prisma.$executeRawUnsafe('DROP TRIGGER act ON message');
    expect(await write(migrated.database, 'a')).toEqual(['applied']);
  });

  it.each([
    ['a full disk', '53100'],
    ['an I/O error', '58030'],
    ['a crash of another session', '57P02'],
  ])('%s', async (_, sqlState) => {
    await onMessage(`RAISE EXCEPTION 'no' USING ERRCODE = '${sqlState}'`);
    await expect(write(open(), 'a')).rejects.toBeInstanceOf(unavailable);
  });

  it('a failover to a read-only server, and continues when that is writable again', async () => {
    await set('SET default_transaction_read_only = on');
    const database = open(migrated.url, { connectionLifetimeMs: 300 });
    await expect(write(database, 'a')).rejects.toBeInstanceOf(unavailable);
    await set('RESET default_transaction_read_only');
    // Polled so often that no connection is idle long enough to be closed.
    const applied = async () => (await write(database, 'a'))[0] === 'applied';
    await until(applied, { what: 'a writable connection', timeoutMs: 30_000 });
  });

  it('a server that has no connection left for it', async () => {
    const admin = await openSession();
    const role = `r${new URL(migrated.url).pathname.slice(6, 20)}`;
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p' CONNECTION LIMIT 1;
      GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
      GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    closers.push(() => admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    const url = Object.assign(new URL(migrated.url), { username: role, password: 'p' }).href;
    const holder = await openSession(url);
    const database = openDatabase({ url });
    await expect(write(database, 'a')).rejects.toThrow(/too many connections/);
    await holder.end();
    const applied = async () => (await write(database, 'a'))[0] === 'applied';
    await until(applied, { what: 'a connection', timeoutMs: 30_000 });
    await database.close();
  });

  it('a pool whose connections are all in use', async () => {
    const database = open(migrated.url, { connectTimeoutMs: 200 }, 1);
    // The limit is for the write below: on a busy machine the one connection may take longer.
    const canConnect = async () =>
      await database.prisma.$queryRaw`SELECT 1`.then(Boolean, () => false);
    await until(canConnect, { what: 'a connection' });
    const release = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    const holding = database.prisma.$transaction(
      async () => {
        taken.resolve();
        await release.promise;
      },
      { timeout: 60_000 },
    );
    await taken.promise;
    await expect(write(database, 'a')).rejects.toBeInstanceOf(unavailable);
    release.resolve();
    await holding;
    expect(await write(open(), 'a')).toEqual(['applied']);
  });

  it('a server that is shutting down, or not yet up', async () => {
    const server = await startPostgres({ env: {} });
    await migrateDatabase(server.url);
    const other = await openSession(server.url);
    // Waits for this session to end, and takes no other meanwhile.
    const { rows } = await other.query<{ pid: number }>(
      "SELECT (string_to_array(pg_read_file('postmaster.pid'), E'\\n'))[1]::int AS pid",
    );
    process.kill(rows[0]?.pid ?? 0, 'SIGTERM');
    const refused = async () =>
      await write(open(server.url), 'a').then(
        () => false,
        (error: unknown) => error instanceof unavailable && /57P03/.test(error.message),
      );
    await until(refused, { what: 'the server to refuse', timeoutMs: 30_000 });
    await server.close();
  }, 120_000);
});

describe('a server that stops answering in the middle of a transaction', () => {
  it.each([
    ['before the transaction has had its time', { silenceTimeoutMs: 500 }],
    ['for longer than a transaction may take', { transactionTimeoutMs: 500 }],
  ])(
    '%s, costs no event an attempt, and leaves nothing half-written when it answers again',
    async (_, limits) => {
      const proxy = await openFaultProxy(migrated.url);
      closers.push(() => proxy.close());
      const database = open(proxy.url, { silenceTimeoutMs: 1_500, ...limits }, 1);
      await write(database, 'a');
      const other = await openSession();
      await other.query("BEGIN; SELECT 1 FROM message WHERE sinch_message_id = 'a' FOR UPDATE");
      const writing = createEventWriter(database, () => new Date())
        .write([toWrite(eventOf({ message_delivery_report: { message_id: 'a', status: 'READ' } }))])
        .catch((error: unknown) => error);
      await until(waitsForLock, blocked);
      proxy.hold();
      await other.query('COMMIT');
      expect(await writing).toBeInstanceOf(unavailable);
      proxy.release();

      await until(async () => (await write(database, 'b'))[0] === 'applied', {
        what: 'the database to be used again',
        timeoutMs: 30_000,
      });
      const { callback_event: events, message } = await allRows(migrated.database);
      expect(events).toHaveLength(2);
      expect(message).toMatchObject([{ status: 'DELIVERED' }, { status: 'DELIVERED' }]);
    },
  );
});
