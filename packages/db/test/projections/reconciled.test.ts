import { rawBodyText, reconciledBody } from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import { createEventWriter, recordDeadLetter } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';

// any-order.test.ts has reconciled events in its histories; this shows what every order ends in.
const migrated = useMigratedDatabase();

const reconciled = (members: object) => rawBodyText(reconciledBody({ ...members }));

describe('a reconciled inbound message', () => {
  const listed = { ...inbound('as listed'), ...on('SMS') };
  const entry = reconciled({ app_id: 'a', accepted_time: at(1), message: listed });
  const real = {
    app_id: 'a',
    message_metadata: 'of the conversation',
    message: {
      ...inbound('as sent'),
      channel_identity: { channel: 'SMS', identity: '+15555550100' },
    },
  };

  it('yields to its callback in any order, and adds nothing to it', async () => {
    await inEveryOrder(migrated, [entry, real, { ...real, again: 1 }], (rows) => {
      expect(rows['message']).toMatchObject([
        {
          text: 'as sent',
          channel_identity: '+15555550100',
          conversation_metadata: 'of the conversation',
          status: null,
        },
      ]);
    });
  });

  it('makes the rows of the callback where that never comes', async () => {
    await inEveryOrder(migrated, [entry], (rows) => {
      expect(rows['message']).toMatchObject([
        { text: 'as listed', direction: 'TO_APP', channel: 'SMS', identity: '15555550100' },
      ]);
      expect(rows['callback_event']).toMatchObject([
        { origin: 'RECONCILED', trigger: 'MESSAGE_INBOUND', state: 'APPLIED', signed_at: null },
      ]);
    });
  });

  it('does not bring back what a redaction took out', async () => {
    const secret = reconciled({ message: inbound('my card is 4111') });
    const redaction = { message_redaction: inbound('my card is {CARD}') };
    await inEveryOrder(migrated, [secret, redaction], (rows) => {
      expect(JSON.stringify(rows)).not.toContain('4111');
    });
  });

  it('keeps its origin as a dead letter, and when that is replayed', async () => {
    const { database } = migrated;
    const event = eventOf(entry);
    await emptyTables(database);
    await recordDeadLetter(database, {
      event,
      replay: 0,
      errorClass: 'permanent',
      errorMessage: 'refused',
      stack: undefined,
      attempts: [],
      deadAt: new Date(),
    });
    const origin = async () => await migrated.read('SELECT state, origin FROM callback_event');
    expect(await origin()).toEqual([{ state: 'DEAD', origin: 'RECONCILED' }]);
    const writer = createEventWriter(database, () => new Date());
    expect(await writer.write([toWrite(event)])).toEqual([{ kind: 'applied' }]);
    expect(await origin()).toEqual([{ state: 'APPLIED', origin: 'RECONCILED' }]);
    expect((await allRows(database))['message']).toMatchObject([{ text: 'as listed' }]);
  });
});

describe('a reconciled submitted message', () => {
  const submitted = (text: string, fields: object = {}) => ({
    accepted_time: at(1),
    message_submit_notification: {
      message_id: 'm',
      submitted_message: { text_message: { text } },
      ...on('SMS'),
      ...fields,
    },
  });
  const entry = reconciled(submitted('as listed'));

  it('changes no status, in any order with the reports of its message', async () => {
    const bodies = [
      entry,
      report('QUEUED_ON_CHANNEL', 2, on('SMS')),
      report('DELIVERED', 3, on('SMS')),
    ];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows['message']).toMatchObject([
        { status: 'DELIVERED', direction: 'TO_CONTACT', text: 'as listed', channel: 'SMS' },
      ]);
      expect(rows['message_status']).toHaveLength(2);
    });
  });

  it('yields to its callback in any order, on another channel too', async () => {
    const real = { ...submitted('as sent', on('RCS')), correlation_id: 'c' };
    await inEveryOrder(migrated, [entry, real], (rows) => {
      expect(rows['message']).toMatchObject([
        { text: 'as sent', channel: 'RCS', correlation_id: 'c', sent_at: expect.any(String) },
      ]);
    });
  });
});
