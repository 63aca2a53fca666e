import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { createEventWriter, eraseTables, type WriteAlongside } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { beginErasureOfPhone, keys } from './begin-erasure-of-phone.ts';
import {
  contactEvent,
  deliveryAt,
  email,
  known,
  late,
  neighbour,
  optOut,
  ownNumber,
  person,
  profile,
  sharedNumber,
} from './late-events.ts';
import { address, at, messageOf, phone } from './person-events.ts';

const migrated = useMigratedDatabase();
beforeEach(async () => await emptyTables(migrated.database));

async function write(batches: readonly (readonly object[])[], alongside?: WriteAlongside) {
  const prepare = async () => alongside;
  const writer = createEventWriter(migrated.database, () => new Date(), prepare, keys);
  for (const bodies of batches) {
    const outcomes = await writer.write(bodies.map((body) => toWrite(eventOf(body, at(30)))));
    expect(outcomes.map(({ kind }) => kind)).not.toContain('failed');
  }
}

async function erase(): Promise<void> {
  const running = await beginErasureOfPhone(migrated.database);
  await eraseTables(migrated.database, running, keys);
}

/**
 * A late description has no stamp, so that it replaces no later one. What goes with it is absent.
 */
const described = ['profile_stamp', 'language', 'channel_priority', 'details_stamp'];

async function rowsOfEvents() {
  const rows = await allRows(migrated.database);
  const comparable = (row: unknown) =>
    Object.fromEntries(Object.entries(row as object).filter(([name]) => !described.includes(name)));
  return Object.fromEntries(
    Object.entries(rows)
      .filter(([table]) => table !== 'erasure' && table !== 'erased_key')
      .map(([table, found]) => [table, found.map(comparable)]),
  );
}

const anyOrder = fc
  .tuple(
    fc.shuffledSubarray([...late.keys()], { minLength: 1 }),
    fc.array(fc.nat(late.length), { maxLength: 3 }),
  )
  .map(([places, cuts]) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), places.length];
    return edges.slice(1).map((end, index) => places.slice(edges[index], end));
  });

it(
  'late copies in any order end in the rows that an erasure after them leaves',
  async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder, async (places) => {
        const batches = places.map((batch) => batch.map((place) => late[place] ?? {}));
        await emptyTables(migrated.database);
        await write([known, ...batches]);
        await erase();
        const expected = await rowsOfEvents();
        await emptyTables(migrated.database);
        await write([known]);
        await erase();
        await write(batches);
        expect(await rowsOfEvents()).toEqual(expected);
      }),
      { numRuns: sized({ short: 15, long: 200 }) },
    );
  },
  sized({ short: 120_000, long: 900_000 }),
);

it('a neighbour who shares a number keeps everything else, and its events make tasks', async () => {
  await write([known]);
  await erase();
  const tasks: (string | undefined)[] = [];
  await write(
    [
      [contactEvent('update', 4, profile(neighbour, 'Barnaby R.', ownNumber, sharedNumber))],
      [messageOf('M3', neighbour, sharedNumber, 'a plain kettle')],
      [messageOf('M4', neighbour, ownNumber, 'call +46 70-123 00 01 please')],
      [{ ...messageOf('M1', person, phone, 'the violet teapot'), copy: 1 }],
    ],
    async (_session, events) => {
      tasks.push(...events.map(({ event }) => event.entityId));
    },
  );
  expect(tasks).toEqual([neighbour, 'M3', 'M4']);
  const about = `about ${neighbour}`;
  expect(
    await migrated.read(
      'SELECT sinch_message_id AS id, text, channel_metadata AS metadata, identity FROM message',
    ),
  ).toEqual(
    expect.arrayContaining([
      { id: 'M1', text: null, metadata: null, identity: null },
      { id: 'M3', text: 'a plain kettle', metadata: about, identity: null },
      { id: 'M4', text: null, metadata: about, identity: ownNumber },
    ]),
  );
  expect(await migrated.read('SELECT * FROM contact ORDER BY display_name')).toMatchObject([
    { display_name: 'Barnaby R.', email: 'b@example.com', external_id: `crm-7-${neighbour}` },
    { display_name: null, email: null, external_id: null },
  ]);
  const identities = await migrated.read(
    'SELECT identity FROM contact_identity WHERE sinch_contact_id = $1 ORDER BY identity',
    [neighbour],
  );
  expect(identities.map(({ identity }) => identity)).toEqual([
    ownNumber,
    keys.erasedSpelling(sharedNumber),
  ]);
});

it('what a neighbour shares is theirs after an erasure for ever, and the rest is not', async () => {
  await write([known]);
  const running = await beginErasureOfPhone(migrated.database);
  await migrated.read('UPDATE erasure SET for_ever = true, cutoff = $1', [at(20)]);
  await eraseTables(migrated.database, running, keys);
  await write([
    [
      { ...messageOf('M6', neighbour, sharedNumber, 'a new kettle'), accepted_time: at(21) },
      { ...messageOf('M7', 'C-NEW', phone, 'the violet teapot'), accepted_time: at(21) },
    ].map((body) => ({ ...body, message: { ...body.message, accept_time: at(21) } })),
  ]);
  const rows = await migrated.read(
    `SELECT sinch_message_id AS id, text, identity FROM message
     WHERE sinch_message_id IN ('M6', 'M7') ORDER BY id`,
  );
  expect(rows).toEqual([
    { id: 'M6', text: 'a new kettle', identity: sharedNumber },
    { id: 'M7', text: null, identity: null },
  ]);
});

it('a late copy about a neighbour replaces no later name, also where a merge names the person', async () => {
  await write([known]);
  await erase();
  await write([
    [contactEvent('update', 9, profile(neighbour, 'Barnaby the later', ownNumber))],
    [contactEvent('update', 4, profile(neighbour, 'Barnaby R.', ownNumber, sharedNumber))],
    [
      {
        app_id: 'A1',
        event_time: at(10),
        contact_merge_notification: {
          preserved_contact: profile(neighbour, 'Barnaby', ownNumber).contact,
          deleted_contact: profile(person, 'Zephyrine Quill', phone).contact,
        },
      },
    ],
  ]);
  const rows = await migrated.read('SELECT display_name FROM contact WHERE display_name <> $1', [
    '',
  ]);
  expect(rows).toEqual([{ display_name: 'Barnaby the later' }]);
});

it.each([
  [
    'an address with a sign that texts have',
    contactEvent('update', 3, { contact: { id: 'C-NEW', display_name: 'Zephyrine', email } }),
  ],
  ['a report of an event to a number', deliveryAt('psid-000771')],
])('an event is recognised by %s', async (_, body) => {
  const own = profile(person, 'Zephyrine Quill', phone);
  const identities = [...own.contact.channel_identities, address('psid-000771')];
  await write([
    [contactEvent('create', 1, { contact: { ...own.contact, channel_identities: identities } })],
  ]);
  await erase();
  await write([[body]]);
  const all = JSON.stringify(await allRows(migrated.database));
  for (const canary of ['Zephyrine', email, 'psid-000771', 'the violet']) {
    expect(all).not.toContain(canary);
  }
});

it('a late opt-out that names only the contact stops messages to the number', async () => {
  await write([known]);
  await erase();
  await write([[optOut(person, undefined, 8)]]);
  const rows = await migrated.read('SELECT identity, state FROM consent_current ORDER BY identity');
  const erased = [phone, sharedNumber].map((number) => keys.erasedSpelling(number)).toSorted();
  expect(rows).toEqual(erased.map((identity) => ({ identity, state: 'OPTED_OUT' })));
});
