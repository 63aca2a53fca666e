import { randomUUID } from 'node:crypto';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listMessages } from '../src/index.ts';
import { identitiesOfContact } from '../src/queue/find-opt-outs.ts';
import { type ClaimMessages, createClaim } from '../src/sending/claim-messages.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';

const many = sized({ short: 20_000, long: 200_000 });
/** Rows of a table or an index that a look may read, however many are queued. */
const maxRead = 5_000;

let fixture: OutboundFixture;
let claim: ClaimMessages;
beforeEach(async () => {
  fixture = await openOutboundFixture();
  claim = createClaim(fixture.database, 'app', { holder: randomUUID(), holdMs: 20_000 });
});
afterEach(async () => await fixture.close());

/** Queues messages, of which the nth has its lane and its time by these expressions. */
async function queue(count: number, lane: string, notBefore = 'now()', more = ''): Promise<void> {
  await fixture.read(
    `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, not_before ${more && ', state'})
     SELECT gen_random_uuid(), 'app', gen_random_uuid(), ${lane}, '\\x00', '{}', ${notBefore} ${more}
     FROM generate_series(1, ${count}) AS n`,
  );
  await fixture.read('ANALYZE outbound');
}

/** Counts the rows that were read by it, of the table and of its indexes. */
async function rowsRead<T>(work: () => Promise<T>): Promise<{ result: T; read: number }> {
  const { pool } = fixture.database;
  const read = async () => {
    // Statistics of a session are reported at its end, or on request.
    const { rows } = await pool.query<{ read: string }>(
      `SELECT sum(seq_tup_read) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes
         WHERE relname = 'outbound') AS read
       FROM pg_stat_user_tables WHERE relname = 'outbound'`,
    );
    return Number(rows[0]?.read);
  };
  await flush();
  const before = await read();
  const result = await work();
  await flush();
  return { result, read: (await read()) - before };
}

/** Each connection of the pool reports what it has counted. */
async function flush(): Promise<void> {
  await fixture.read('SELECT pg_stat_force_next_flush()');
  await fixture.read('SELECT 1');
}

const lanesOf = async (ids: readonly string[]) =>
  (
    await fixture.read<{ lane: string }>('SELECT lane FROM outbound WHERE id = ANY($1::uuid[])', [
      ids,
    ])
  ).map(({ lane }) => lane);

describe('a look for messages reads few of very many', () => {
  it('to one recipient, and finds those to the others behind them', async () => {
    await queue(many, `'busy'`);
    await queue(30, `'other ' || n`);
    const { result, read } = await rowsRead(async () => await claim(32));
    expect(read).toBeLessThan(maxRead);
    const lanes = await lanesOf(result.map(({ id }) => id));
    expect(new Set(lanes).size).toBe(31);
    expect(await claim(32)).toEqual([]);
  });

  it('to as many recipients, and finds the oldest', async () => {
    await queue(many, `'lane ' || n`, `now() - ${many} * interval '1 s' + n * interval '1 s'`);
    const { result, read } = await rowsRead(async () => await claim(32));
    expect(read).toBeLessThan(maxRead);
    const lanes = await lanesOf(result.map(({ id }) => id));
    expect(new Set(lanes)).toEqual(new Set(Array.from({ length: 32 }, (_, n) => `lane ${n + 1}`)));
  });

  it('that may not be sent yet, and finds those that may', async () => {
    await queue(many, `'lane ' || n`, `now() + interval '1 hour'`);
    await queue(5, `'ready ' || n`);
    const { result, read } = await rowsRead(async () => await claim(32));
    expect(read).toBeLessThan(maxRead);
    expect(result).toHaveLength(5);
  });

  it('that are sent', async () => {
    await queue(many, `'lane ' || n % 1000`, 'now()', `, 'SENT'`);
    const { result, read } = await rowsRead(async () => await claim(32));
    expect(result).toEqual([]);
    expect(read).toBeLessThan(100);
  });
});

it('the newest are listed by an index, also where all were queued in one transaction', async () => {
  await queue(many, `'lane ' || n`);
  const { result, read } = await rowsRead(
    async () => await listMessages(fixture.database, { limit: 50 }),
  );
  expect(result).toHaveLength(50);
  expect(read).toBeLessThan(200);
});

it('the identities of a contact are found by indexes, whatever the number of contacts', async () => {
  for (const insert of [
    `contact (sinch_contact_id, created_at) SELECT 'C' || n, now()`,
    `contact_identity (sinch_contact_id, channel, identity, created_at)
     SELECT 'C' || n, 'SMS', '1555' || n, now()`,
    `contact_root (contact_id, root_id, created_at, updated_at)
     SELECT 'C' || n, 'C' || n - n % 2, now(), now()`,
  ]) {
    await fixture.read(`INSERT INTO ${insert} FROM generate_series(2, 20000) AS n`);
  }
  await fixture.read('ANALYZE');
  const found = await fixture.read<{ identity: string }>(identitiesOfContact, ['C42']);
  expect(found.map(({ identity }) => identity).toSorted()).toEqual(['155542', '155543']);
  const plan = await fixture.read(`EXPLAIN ${identitiesOfContact}`, ['C42']);
  expect(JSON.stringify(plan)).not.toContain('Seq Scan');
});

it('each recipient has a turn beside a few that have very many messages', async () => {
  await queue(3_000, `'busy ' || n % 3`);
  await queue(2_000, `'other ' || n`);
  const lanes = new Set<string>();
  for (let look = 0; look < 120; look += 1) {
    const ids = (await claim(32)).map(({ id }) => id);
    for (const lane of await lanesOf(ids)) lanes.add(lane);
    await fixture.read(`UPDATE outbound SET state = 'SENT' WHERE id = ANY($1::uuid[])`, [ids]);
  }
  expect(lanes.size).toBe(2_003);
});

it('two senders claim no message twice, and none of a recipient at the same time', async () => {
  await queue(600, `'lane ' || n % 40`);
  const hold = { holder: randomUUID(), holdMs: 20_000 };
  const other = createClaim(fixture.database, 'app', hold);
  const claimed: string[] = [];
  while (claimed.length < 600) {
    const both = (await Promise.all([claim(32), other(32)])).flat();
    const ids = both.map(({ id }) => id);
    expect(new Set(await lanesOf(ids)).size).toBe(ids.length);
    claimed.push(...ids);
    await fixture.read(`UPDATE outbound SET state = 'SENT' WHERE id = ANY($1::uuid[])`, [ids]);
  }
  expect(new Set(claimed).size).toBe(600);
});
