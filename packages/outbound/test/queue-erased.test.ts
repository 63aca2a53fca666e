import { beginErasure, createErasureKeys, eraseTables, findPerson } from '@sinch-callbacks/db';
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
  );
  await erase(phone);
  await erase(numberOfContact);
});
afterAll(async () => await fixture.close());

function optOut(about: { readonly identity: string } | { readonly contact_id: string }): object {
  const word = { request_id: 'r', channel: 'SMS', status: 'OPT_OUT_SUCCEEDED', ...about };
  return { app_id: '01APP', event_time: '2026-01-01T00:00:00Z', opt_out_notification: word };
}

async function erase(value: string): Promise<void> {
  const { database } = fixture;
  const { person } = await findPerson(database.pool, { kind: 'phone', value });
  const at = new Date();
  const request = { person, typed: [], operator: 'test', at, cutoff: at, isForEver: false };
  await eraseTables(database, await beginErasure(database, request, keys), keys);
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
    expect(await fixture.read('SELECT identity FROM contact_identity')).toEqual([
      { identity: keys.erasedSpelling(numberOfContact) },
    ]);
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
