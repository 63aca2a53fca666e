import { digestOfEventKey } from '@sinch-callbacks/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countDeadLetters,
  createEventWriter,
  type DeadLetterRecord,
  discardDeadLetters,
  findDeadLetter,
  findKeysByPrefix,
  listDeadLetters,
  noteReplay,
  openRun,
  recordDeadLetter,
} from '../../src/index.ts';
import { allRows, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

const deadAt = new Date('2026-01-02T03:05:00Z');

function letter(changes: Partial<DeadLetterRecord> & { id?: string } = {}): DeadLetterRecord {
  const { id = 'm', replay = 0, ...rest } = changes;
  const event = eventOf({ message_delivery_report: { message_id: id, status: 'READ' } });
  const attempt = { attempt: 1, at: '2026-01-02T03:04:00.000Z', errorClass: 'permanent' };
  return {
    event,
    replay,
    errorClass: 'permanent',
    errorMessage: 'refused\u0000',
    stack: 'at x',
    attempts: [{ ...attempt, replay, message: 'refused \u0000 \ud800' }],
    deadAt,
    ...rest,
  };
}

/** Records a replay as a replay command does. */
async function noteOneReplay(eventKey: string, replays: number): Promise<void> {
  const { database } = migrated;
  const start = { operator: 'a', filter: { where: {} }, matched: 1, startedAt: new Date() };
  const { id: runId } = await openRun(database, { action: 'REPLAY', ...start });
  expect(await noteReplay(database, { runId, eventKey, at: new Date() }, replays)).toBe('done');
}

describe('a dead letter', () => {
  it('holds the event, the reason and every attempt, also where the error text is unstorable', async () => {
    const { database } = migrated;
    const { event } = letter();
    await recordDeadLetter(database, letter());
    expect(await findDeadLetter(database, event.key)).toMatchObject({
      eventKey: event.key,
      errorMessage: 'refused\ufffd',
      event: { ...event, signature: undefined },
      history: [{ replay: 0, attempt: 1, errorClass: 'permanent' }],
    });
    const { callback_event: events } = await allRows(database);
    expect(events).toMatchObject([{ state: 'DEAD', raw_body: event.rawBody.text }]);
  });

  it('holds no number and no address, however its error spells them', async () => {
    const { database } = migrated;
    const quoting = 'no account for +46 70-123 45 67, 0046701234567 or z@example.com';
    const [attempt] = letter().attempts;
    if (attempt === undefined) throw new Error('there is an attempt');
    const attempts = [{ ...attempt, message: quoting }];
    const recorded = letter({ errorMessage: quoting, stack: `${quoting}\n    at x`, attempts });
    await recordDeadLetter(database, recorded);
    const { dead_letter: rows } = await allRows(database);
    expect(JSON.stringify(rows)).not.toMatch(/123 45|01234567|example/);
    expect(rows).toMatchObject([
      { error_message: 'no account for [redacted], [redacted] or [redacted]' },
    ]);
  });

  it('that is recorded twice, as after a crash, is recorded once', async () => {
    await recordDeadLetter(migrated.database, letter());
    const once = await allRows(migrated.database);
    await recordDeadLetter(migrated.database, letter());
    expect(await allRows(migrated.database)).toEqual(once);
  });

  it('opens again with all its history when a replay fails too', async () => {
    const { database } = migrated;
    const { event } = letter();
    await recordDeadLetter(database, letter());
    await noteOneReplay(event.key, 0);
    await recordDeadLetter(database, letter({ replay: 1 }));
    const found = await findDeadLetter(database, event.key);
    expect(found?.history.map(({ replay }) => replay)).toEqual([0, 1]);
    expect(found?.replays).toBe(1);
    expect(found?.resolvedAt).toBeUndefined();
  });

  it('is resolved by the event being applied, and only then', async () => {
    const { database } = migrated;
    const { event } = letter();
    await recordDeadLetter(database, letter());
    const writer = createEventWriter(database, () => new Date());
    expect(await writer.write([toWrite(event)])).toEqual([{ kind: 'applied' }]);
    const found = await findDeadLetter(database, event.key);
    expect(found?.resolution).toBe('APPLIED');
    expect(await countDeadLetters(database, {})).toBe(0);
  });

  it('is not made of an event that was applied meanwhile', async () => {
    const { database } = migrated;
    const { event } = letter();
    await createEventWriter(database, () => new Date()).write([toWrite(event)]);
    await recordDeadLetter(database, letter());
    expect(await findDeadLetter(database, event.key)).toBeUndefined();
  });

  it('is discarded once, and stays stored', async () => {
    const { database } = migrated;
    const { event } = letter();
    await recordDeadLetter(database, letter());
    expect(await discardDeadLetters(database, [event.key], new Date())).toBe(1);
    expect(await discardDeadLetters(database, [event.key], new Date())).toBe(0);
    const found = await findDeadLetter(database, event.key);
    expect(found?.resolution).toBe('DISCARDED');
  });
});

it('whatever was verified can be recorded, and keeps its key, however odd its ids are', async () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constant('\u0000'),
    fc.constant('\ud800'),
    fc.constant('x'.repeat(10_000)),
    fc.constant('\u{1f600}'.repeat(200)),
  );
  const body = fc.oneof(
    odd.map((message_id) => ({ message_delivery_report: { message_id } })),
    odd.map((id) => ({ message: { id } })),
    fc.array(odd, { maxLength: 5 }).map((keys) => Object.fromEntries(keys.map((key) => [key, 1]))),
  );
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const event = eventOf(value);
      await recordDeadLetter(migrated.database, { ...letter(), event });
      const { database } = migrated;
      const found = await findDeadLetter(database, event.key);
      expect(found?.event.rawBody).toEqual(event.rawBody);
      expect([found?.eventKey, found?.event.key]).toEqual([event.key, event.key]);
      expect(await findKeysByPrefix(database, event.key, 2)).toEqual([event.key]);
      expect(await findKeysByPrefix(database, digestOfEventKey(event.key), 2)).toEqual([event.key]);
    }),
    { numRuns: 200 },
  );
});

it('a letter names app, project, entity and times as far as its body can be read', async () => {
  const { database } = migrated;
  const envelope = {
    app_id: '01APP',
    project_id: 'P',
    accepted_time: '2026-01-02T03:04:05Z',
    event_time: 'yesterday',
  };
  const body = { ...envelope, message_delivery_report: { message_id: '01M', status: 'READ' } };
  const bodies = [
    body,
    JSON.stringify(body).slice(0, -2),
    { ...envelope, odd: { message_id: '01M' } },
  ];
  for (const one of bodies) {
    const event = eventOf(one);
    await recordDeadLetter(database, { ...letter(), event });
    const names = { appId: '01APP', projectId: 'P', entityId: '01M' };
    expect(await findDeadLetter(database, event.key)).toMatchObject(names);
    const where = { eventDigest: Buffer.from(digestOfEventKey(event.key), 'hex') };
    expect(await database.prisma.callbackEvent.findFirst({ where })).toMatchObject({
      ...names,
      acceptedTime: new Date(envelope.accepted_time),
      eventTime: null,
      unreadableTimes: 'event_time',
    });
  }
  expect(await countDeadLetters(database, { appId: '01APP' })).toBe(3);
  expect(await countDeadLetters(database, { appId: '02APP' })).toBe(0);
});

describe('the list of dead letters', () => {
  it('comes in pages that hold each letter once', async () => {
    const { database } = migrated;
    for (let n = 0; n < 7; n += 1) await recordDeadLetter(database, letter({ id: `m${n}` }));
    const keys: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await listDeadLetters(database, {}, { limit: 3, after });
      if (page.length === 0) break;
      keys.push(...page.map(({ eventKey }) => eventKey));
      after = keys.at(-1);
    }
    expect(new Set(keys).size).toBe(7);
    expect(keys).toHaveLength(7);
  });

  it('is filtered by trigger, error class and time of death', async () => {
    const { database } = migrated;
    await recordDeadLetter(database, letter({ id: 'a' }));
    await recordDeadLetter(database, letter({ id: 'b', errorClass: 'quarantined' }));
    const count = async (filter: Parameters<typeof countDeadLetters>[1]) =>
      await countDeadLetters(database, filter);
    expect(await count({ trigger: 'MESSAGE_DELIVERY' })).toBe(2);
    expect(await count({ trigger: 'MESSAGE_INBOUND' })).toBe(0);
    expect(await count({ errorClass: 'quarantined' })).toBe(1);
    expect(await count({ since: deadAt })).toBe(2);
    expect(await count({ until: deadAt })).toBe(0);
  });
});
