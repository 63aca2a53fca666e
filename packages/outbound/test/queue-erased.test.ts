import {
  beginErasure,
  createErasureKeys,
  eraseTables,
  findPerson,
  typedDigests,
} from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageToSend, queueMessage, sendMessage } from '../src/index.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';

let fixture: OutboundFixture;
const keys = createErasureKeys('a key for these tests alone, 32 characters');
const phone = '46701239901';
const numberOfContact = '46701239903';

beforeAll(async () => {
  fixture = await openOutboundFixture();
  const channelIdentity = { channel: 'SMS', identity: numberOfContact };
  await fixture.apply(
    optOut({ identity: phone }),
    {
      app_id: '01APP',
      message: { id: '01A', contact_id: '01C', channel_identity: channelIdentity },
    },
    optOut({ contact_id: '01C' }),
    {
      app_id: '01APP',
      message: {
        id: '01D',
        contact_id: '01FOREVER',
        channel_identity: { channel: 'SMS', identity: '46701239905' },
      },
    },
  );
  await erase(phone);
  await erase(numberOfContact);
});
afterAll(async () => await fixture.close());

function optOut(about: { readonly identity: string } | { readonly contact_id: string }): object {
  const word = { request_id: 'r', channel: 'SMS', status: 'OPT_OUT_SUCCEEDED', ...about };
  return { app_id: '01APP', event_time: '2026-01-01T00:00:00Z', opt_out_notification: word };
}

async function erase(value: string, isForEver = false): Promise<Date> {
  const { begun, at } = await beginToErase(value, isForEver);
  await eraseTables(fixture.database, begun, keys);
  return at;
}

async function beginToErase(value: string, isForEver = false) {
  const { database } = fixture;
  const { person } = await findPerson(database.pool, { kind: 'phone', value });
  const at = new Date();
  const typed = typedDigests({ kind: 'phone', value }, keys);
  const request = { person, typed, operator: 'test', at, cutoff: at, isForEver };
  return { begun: await beginErasure(database, request, keys), at };
}

let count = 0;
const messageTo = (to: MessageToSend['to']): MessageToSend => ({
  key: `key-${(count += 1)}`,
  appId: '01APP',
  to,
  message: 'Hi',
});

describe('an opt-out of an erased person', () => {
  it('is stored without the number', async () => {
    const stored = await fixture.read(
      'SELECT identity FROM consent_event WHERE identity IS NOT NULL',
    );
    expect(stored).toEqual([{ identity: keys.erasedSpelling(phone) }]);
  });

  it.each([
    `SMS:${phone}`,
    'SMS:+46 70-123 99 01',
    'SMS:+46 (0)70-123 99 01',
    'SMS:0046701239901',
    'SMS:tel:+46-70-123-99-01',
  ] as const)('refuses %s where the key is given, in a transaction and without', async (to) => {
    const { prisma } = fixture.database;
    const refused = { kind: 'opted-out', optOuts: [{ channel: 'SMS' }] };
    const sent = await sendMessage(fixture.database, messageTo(to), keys);
    expect(sent).toMatchObject(refused);
    expect(JSON.stringify(sent)).not.toContain(phone);
    const queued = prisma.$transaction(async (tx) => await queueMessage(tx, messageTo(to), keys));
    expect(await queued).toMatchObject(refused);
    expect(await fixture.read('SELECT FROM outbound')).toEqual([]);
  });

  it('refuses the message that names the number beside another one', async () => {
    const both = [
      { channel: 'RCS', identity: '+46701239999' },
      { channel: 'SMS', identity: `+${phone}` },
    ];
    expect(await sendMessage(fixture.database, messageTo(both), keys)).toMatchObject({
      kind: 'opted-out',
    });
  });

  it('does not refuse others, nor what is sent although the recipient opted out', async () => {
    const other = await sendMessage(fixture.database, messageTo('SMS:+46701239902'), keys);
    expect(other).toMatchObject({ kind: 'queued' });
    const confirmed = { ...messageTo(`SMS:${phone}`), allowOptedOut: true };
    expect(await sendMessage(fixture.database, confirmed, keys)).toMatchObject({ kind: 'queued' });
  });

  it('of all numbers of a contact refuses each of them', async () => {
    expect(
      await fixture.read('SELECT identity FROM contact_identity WHERE identity LIKE $1', [
        'erased:%',
      ]),
    ).toEqual([{ identity: keys.erasedSpelling(numberOfContact) }]);
    for (const to of [`SMS:${numberOfContact}`, { contactId: '01C' }] as const) {
      const outcome = await sendMessage(fixture.database, messageTo(to), keys);
      expect(outcome).toMatchObject({ kind: 'opted-out' });
    }
  });

  it('is left to the sender where the caller has no key', async () => {
    const outcome = await sendMessage(fixture.database, messageTo(`SMS:${phone}`));
    expect(outcome).toMatchObject({ kind: 'queued', message: { allowsOptedOut: false } });
  });
});

describe('a message of code that read its event before an erasure', () => {
  const number = '46701239904';
  const to = `SMS:+${number}` as const;
  const rowsOf = async () =>
    await fixture.read("SELECT FROM outbound WHERE state = 'QUEUED' AND lane LIKE $1", [
      `%${number}%`,
    ]);

  it.each([
    ['in its transaction', true],
    ['without one', false],
  ])('is not queued afterwards, %s', async (_, isInTransaction) => {
    const readAt = new Date();
    const erasedAt = await erase(number);
    const { prisma } = fixture.database;
    const queue = async (since: Date | undefined, given = to as MessageToSend['to']) =>
      isInTransaction
        ? await prisma.$transaction(
            async (tx) => await queueMessage(tx, messageTo(given), keys, since),
          )
        : await queueMessage(prisma, messageTo(given), keys, since);
    for (const spelling of [to, 'SMS:+46 70-123 99 04', 'RCS:0046701239904'] as const) {
      expect(await queue(readAt, spelling)).toEqual({ kind: 'erased' });
    }
    expect(await queue(new Date(erasedAt.getTime() - 1))).toEqual({ kind: 'erased' });
    expect(await rowsOf()).toEqual([]);
    // What happens later is a new relation.
    expect(await queue(erasedAt)).toMatchObject({ kind: 'queued' });
    expect(await queue(undefined)).toMatchObject({ kind: 'queued' });
    await fixture.read('DELETE FROM outbound');
  });

  it('is never queued where the person was erased for ever, by its contact too', async () => {
    await erase('46701239905', true);
    for (const recipient of ['SMS:46701239905', { contactId: '01FOREVER' }] as const) {
      const outcome = await sendMessage(fixture.database, messageTo(recipient), keys);
      expect(outcome).toEqual({ kind: 'erased' });
    }
  });

  it('is waited for where its transaction is open as the erasure begins, and erased', async () => {
    const { prisma } = fixture.database;
    const isQueued = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const queued = prisma.$transaction(
      async (tx) => {
        const outcome = await queueMessage(tx, messageTo(to), keys, new Date());
        isQueued.resolve();
        await mayCommit.promise;
        return outcome;
      },
      { timeout: 60_000 },
    );
    await isQueued.promise;
    const { begun } = await beginToErase(number);
    let pages = 0;
    const onPage = () => {
      pages += 1;
    };
    const erased = eraseTables(fixture.database, begun, keys, onPage);
    // It asks for the transactions that it waits for, over and over.
    const asked = new Set<string>();
    await until(
      async () => {
        const rows = await fixture.read<{ at: string }>(
          `SELECT query_start::text AS at FROM pg_stat_activity
           WHERE query LIKE '%''erased_key''::regclass%' AND query_start > $1`,
          [begun.cutoff],
        );
        for (const { at } of rows) asked.add(at);
        return asked.size >= 3;
      },
      { what: 'the erasure to wait' },
    );
    expect(pages).toBe(0);
    mayCommit.resolve();
    expect(await queued).toMatchObject({ kind: 'queued' });
    await erased;
    expect(await rowsOf()).toEqual([]);
    expect(await fixture.read('SELECT state::text, identities FROM outbound')).toEqual([
      { state: 'DISCARDED', identities: [] },
    ]);
  });
});
