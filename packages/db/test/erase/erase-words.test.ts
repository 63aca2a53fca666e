import { expect, it } from 'vitest';
import { createEventWriter, eraseTables } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { beginErasureOfPhone, keys } from './begin-erasure-of-phone.ts';
import { at, messageOf, phone } from './person-events.ts';

const migrated = useMigratedDatabase('one-per-test');

const contactOf = (id: string, externalId: string, identity: string) => ({
  app_id: 'A1',
  event_time: at(3),
  contact_create_notification: {
    contact: {
      id,
      display_name: id,
      external_id: externalId,
      channel_identities: [
        { channel: 'SMS', identity, app_id: 'A1' },
        { channel: 'TELEGRAM', identity: 'lantern', app_id: 'A1' },
      ],
    },
  },
});

it('an id or a name that is a word empties no text of others, and one with a digit does', async () => {
  const other = '46709990002';
  const events = [
    contactOf('C1', 'kettle', phone),
    messageOf('M1', 'C1', phone, 'a kettle of mine'),
    messageOf('M2', 'C2', other, 'a lantern and a kettle'),
    contactOf('C3', 'KETTLE', '46709990003'),
    messageOf('M3', 'C2', other, 'she is CRM-771'),
  ];
  const writer = createEventWriter(migrated.database, () => new Date(), undefined, keys);
  await writer.write(events.map((event) => toWrite(eventOf(event, at(10)))));
  const running = await beginErasureOfPhone(migrated.database);
  const person = { ...running.person, externalIds: ['kettle', 'crm-771'] };
  expect(person.identities).toContain('lantern');
  await eraseTables(migrated.database, { ...running, person }, keys);
  const messages = await migrated.read('SELECT text FROM message ORDER BY sinch_message_id');
  expect(messages).toEqual([{ text: null }, { text: 'a lantern and a kettle' }, { text: null }]);
  const bodies = `SELECT entity_id FROM callback_event WHERE raw_body <> '' ORDER BY entity_id`;
  expect(await migrated.read(bodies)).toEqual([{ entity_id: 'C3' }, { entity_id: 'M2' }]);
  // A column that is the word alone.
  const named = 'SELECT external_id FROM contact WHERE external_id IS NOT NULL';
  expect(await migrated.read(named)).toEqual([]);
  const identities = await migrated.read('SELECT identity FROM contact_identity ORDER BY identity');
  expect(identities).not.toContainEqual({ identity: 'lantern' });
});
