import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEventWriter,
  type EventToWrite,
  recordDeadLetter,
  redactOld,
} from '../../src/index.ts';
import { at, inbound } from '../projections/every-order.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { callbackText, consentText, history, reserialised } from '../write/arbitrary-callbacks.ts';
import { eventsOf } from '../write/reorder-history.ts';
import { personalValues } from './redacted-rows.ts';

const migrated = useMigratedDatabase();
const before = new Date('2026-02-01T00:00:00Z');
const batch = 3;

async function write(events: readonly EventToWrite[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  const outcomes = await writer.write(events);
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

async function empty(): Promise<void> {
  await emptyTables(migrated.database);
  await migrated.read('DELETE FROM redaction');
  await migrated.read('DELETE FROM handler_task');
}

/** A copy in other bytes, which no guard recognises, received after everything was redacted. */
function lateCopy(event: EventToWrite, index: number): EventToWrite[] {
  const { acceptedTime, eventTime } = event.decision.envelope;
  const isOld = [acceptedTime, eventTime].some((time) => time !== undefined && time < '2029');
  const body = JSON.parse(event.event.rawBody.text) as object;
  const copy = { ...body, copy: index };
  return isOld ? [toWrite(eventOf(reserialised(copy), '2031-01-01T00:00:00.000Z'))] : [];
}

const step = fc.constantFrom('event', 'event', 'late copy', 'redaction');

it.each([
  ['of all families', history(callbackText, 10)],
  ['of merges and consents', history(consentText, 10)],
])(
  'any order of old events, redactions and late copies leaves no text and no identity: %s',
  async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(step, { maxLength: 30 }), async (texts, steps) => {
        await empty();
        const events = eventsOf(texts);
        const waiting = [...events];
        let redacted = false;
        for (const [index, kind] of steps.entries()) {
          if (kind === 'redaction') {
            await redactOld(migrated.database, before, batch);
            redacted = true;
          } else if (kind === 'event') await write(waiting.splice(0, 1));
          else if (redacted)
            await write(lateCopy(events[index % events.length] as EventToWrite, index));
        }
        await write(waiting);
        await redactOld(migrated.database, before, batch);
        expect(await personalValues(migrated)).toEqual([]);
        await write([...events, ...events.flatMap(lateCopy)]);
        expect(await personalValues(migrated)).toEqual([]);
      }),
      { numRuns: sized({ short: 60, long: 500 }) },
    );
  },
  sized({ short: 200_000, long: 900_000 }),
);

const id = '01JDREDACTEDMESSAGE0000001';
const contactId = '01JDCONTACT000000000000001';
const message = { message: inbound('hello', { id, contact_id: contactId, accept_time: at(1) }) };
const report = (status: string, accepted: string) => ({
  accepted_time: accepted,
  event_time: accepted,
  message_delivery_report: {
    message_id: id,
    status,
    contact_id: contactId,
    channel_identity: { channel: 'SMS', identity: '15550100' },
    reason: { code: 'X', description: 'no answer from 15550100' },
  },
});
const later = '2031-01-01T00:00:00.000Z';

describe('a redaction by age', () => {
  it('keeps ids, statuses and times, and a double is still absorbed', async () => {
    await empty();
    const events = [message, report('DELIVERED', at(2))].map((body) => toWrite(eventOf(body)));
    await write(events);
    const [before1] = await messageRows();
    await redactOld(migrated.database, before, batch);
    const [after] = await messageRows();
    expect(after).toMatchObject({
      status: 'DELIVERED',
      delivered_at: before1?.['delivered_at'],
      reason_code: before1?.['reason_code'],
      contact_id: contactId,
      text: null,
      identity: null,
    });
    const rows = await allRows(migrated.database);
    const writer = createEventWriter(migrated.database, () => new Date());
    expect(await writer.write(events)).toEqual([{ kind: 'duplicate' }, { kind: 'duplicate' }]);
    expect(await allRows(migrated.database)).toEqual(rows);
  });

  it('is not undone by a report that comes later, which still changes the status', async () => {
    await empty();
    await write([toWrite(eventOf(message)), toWrite(eventOf(report('DELIVERED', at(2))))]);
    await redactOld(migrated.database, before, batch);
    await write([toWrite(eventOf(report('READ', later), later))]);
    expect(await messageRows()).toMatchObject([{ status: 'READ', identity: null, text: null }]);
    expect(await personalValues(migrated)).toEqual([]);
    // A copy of the first report, that other bytes hide from the guard, adds no row.
    await write([toWrite(eventOf({ ...report('DELIVERED', at(2)), copy: 1 }, later))]);
    expect(await migrated.read('SELECT status FROM message_status')).toHaveLength(2);
    expect(await personalValues(migrated)).toEqual([]);
  });

  it('leaves what is younger, and what happens afterwards, as it is', async () => {
    await empty();
    const young = { message: inbound('young', { id: '01YOUNG', accept_time: later }) };
    await write([toWrite(eventOf(young, later))]);
    const rows = await allRows(migrated.database);
    await redactOld(migrated.database, before, batch);
    expect(await allRows(migrated.database)).toEqual(rows);
    const next = { message: inbound('next', { id: '01NEXT', accept_time: later }) };
    await write([toWrite(eventOf(next, later))]);
    expect(await migrated.read(`SELECT text FROM message ORDER BY text`)).toEqual([
      { text: 'next' },
      { text: 'young' },
    ]);
  });

  it('leaves out open letters, unhandled events, open tasks and what is not sent', async () => {
    await empty();
    const dead = eventOf({ message: inbound('dead', { id: '01DEAD' }) });
    await recordDeadLetter(migrated.database, {
      event: dead,
      replay: 0,
      errorClass: 'permanent',
      errorMessage: 'cannot read dead',
      stack: undefined,
      attempts: [],
      deadAt: new Date('2026-01-03T00:00:00Z'),
    });
    await write([toWrite(eventOf({ brand_new_notification: { text: 'new' } }))]);
    await write(
      ['01WAITS', '01DEADTASK', '01DONE'].map((own) =>
        toWrite(eventOf({ message: inbound(own, { id: own }) })),
      ),
    );
    await migrated.read(`
      INSERT INTO handler_task (event_received_at, created_at, settled_at, state, occurrence,
        event_digest, handler, trigger, key, error_message)
      SELECT received_at, received_at, received_at, f.state::handler_task_state, event_digest,
        event_digest, 'greet', trigger, '15550100', 'no 15550100'
      FROM callback_event JOIN (VALUES ('01WAITS', 'WAITING'), ('01DEADTASK', 'DEAD'),
        ('01DONE', 'DONE')) AS f(id, state) ON entity_id = f.id`);
    await migrated.read(`
      INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request, state,
        created_at, settled_at)
      SELECT gen_random_uuid(), 'APP', state, 'SMS:15550100', ARRAY['15550100'], '\\x00',
        '{"message": {}}', state::outbound_state, '2026-01-02', '2026-01-02'
      FROM unnest(ARRAY['QUEUED', 'SENDING', 'UNCERTAIN', 'SENT']) AS state`);
    await redactOld(migrated.database, before, batch);
    const bodies = await migrated.read(
      `SELECT coalesce(entity_id, trigger) AS id FROM callback_event WHERE raw_body <> '' ORDER BY 1`,
    );
    expect(bodies.map((row) => row['id'])).toEqual(
      ['01DEAD', '01DEADTASK', '01WAITS', 'UNKNOWN'].toSorted(),
    );
    expect(await migrated.read(`SELECT error_message FROM dead_letter`)).toEqual([
      { error_message: 'cannot read dead' },
    ]);
    expect(
      await migrated.read(`SELECT state FROM handler_task WHERE key IS NOT NULL ORDER BY state`),
    ).toEqual([{ state: 'WAITING' }, { state: 'DEAD' }]);
    expect(await migrated.read(`SELECT key FROM outbound WHERE lane <> '' ORDER BY key`)).toEqual([
      { key: 'QUEUED' },
      { key: 'SENDING' },
      { key: 'UNCERTAIN' },
    ]);
    // The letter can be replayed: its rows hold no text from the beginning, and no body stays.
    await write([toWrite(dead)]);
    expect(await migrated.read(`SELECT text FROM message WHERE text IS NOT NULL`)).toEqual([]);
    expect(
      await migrated.read(`SELECT state, raw_body FROM callback_event WHERE entity_id = '01DEAD'`),
    ).toEqual([{ state: 'APPLIED', raw_body: '' }]);
  });

  it('removes no identity that others have named, in any order of what comes late', async () => {
    const number = '15550100';
    const sms = [{ channel: 'SMS', identity: number }];
    const profile = (of: string) => ({
      contact: { id: of, display_name: 'Old', channel_identities: sms },
    });
    const optOut = { contact_id: 'WITH OPT-OUT', channel: 'SMS', status: 'OPT_OUT_SUCCEEDED' };
    const old = { accepted_time: at(2), event_time: at(2) };
    const fresh = { accepted_time: later, event_time: later };
    // The old ones were received first, as letters that died then are.
    const events = [
      ...[contactId, 'QUIET', 'WITH OPT-OUT'].map((of) =>
        toWrite(
          eventOf({ ...old, contact_create_notification: profile(of) }, '2030-06-01T00:00:00Z'),
        ),
      ),
      toWrite(eventOf(report('DELIVERED', '2030-05-01T00:00:00Z'), '2030-06-02T00:00:00Z')),
      toWrite(eventOf({ ...fresh, contact_update_notification: profile(contactId) }, later)),
      toWrite(eventOf({ message: { ...message.message, id: '01NEW', accept_time: later } }, later)),
    ];
    const rowsAfter = async (batches: readonly (readonly EventToWrite[])[]) => {
      await empty();
      await write([
        toWrite(eventOf({ message: inbound('hello', { id, accept_time: at(1) }) })),
        toWrite(eventOf({ ...old, opt_out_notification: optOut })),
      ]);
      await redactOld(migrated.database, before, batch);
      for (const one of batches) await write(one);
      return await migrated.read('SELECT * FROM contact_identity ORDER BY sinch_contact_id');
    };
    const expected = await rowsAfter([events]);
    const named = expected.map((row) => row['sinch_contact_id']);
    expect(named).toEqual([contactId, 'WITH OPT-OUT']);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
        fc.nat(events.length),
        async (places, cut) => {
          const shuffled = places.flatMap((place) => events[place] ?? []);
          const batches = [shuffled.slice(0, cut), shuffled.slice(cut)];
          expect(await rowsAfter(batches)).toEqual(expected);
        },
      ),
      { numRuns: sized({ short: 20, long: 200 }) },
    );
  });

  it('ends at its signal, and the next call does the rest', async () => {
    await empty();
    await write([toWrite(eventOf(message))]);
    await redactOld(migrated.database, before, batch, AbortSignal.abort());
    expect(await messageRows()).toMatchObject([{ text: 'hello' }]);
    await redactOld(migrated.database, before, batch);
    expect(await personalValues(migrated)).toEqual([]);
  });
});

async function messageRows() {
  return await migrated.read('SELECT * FROM message');
}
