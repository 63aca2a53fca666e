import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';
import { type MigratedDatabase, openMigratedDatabase } from './support.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

describe('a contact', () => {
  const contact = (kind: string, second: number, fields: object = {}) => ({
    accepted_time: at(second),
    [`contact_${kind}_notification`]: { contact: { id: 'c', ...fields } },
  });

  it('that is deleted stays deleted, and is described by its latest profile', async () => {
    const bodies = [
      contact('delete', 1, { display_name: 'old' }),
      contact('create', 2, { display_name: 'Z' }),
      contact('update', 3, { display_name: 'A' }),
    ];
    await inEveryOrder(migrated, bodies, ({ contact: contacts }) => {
      expect(contacts).toMatchObject([{ display_name: 'A' }]);
      expect(contacts?.[0]?.['deleted_at']).toMatch(/^2026-01-02T03:04:01/);
    });
  });

  it('that is only named by a message keeps its profile', async () => {
    const bodies = [
      contact('create', 1, { display_name: 'Ada' }),
      report('READ', 9, { contact_id: 'c' }),
    ];
    await inEveryOrder(migrated, bodies, ({ contact: contacts }) => {
      expect(contacts).toMatchObject([{ display_name: 'Ada' }]);
    });
  });

  it('loses the identity that its latest profile lists no more, and gets it back by the next', async () => {
    const listing = (...identities: string[]) => ({
      channel_identities: identities.map((identity) => ({ channel: 'SMS', identity })),
    });
    const shorter = [contact('create', 1, listing('1', '2')), contact('update', 2, listing('2'))];
    await inEveryOrder(migrated, shorter, ({ contact_identity: identities }) => {
      expect(identities).toMatchObject([
        { identity: '1', removed: true },
        { identity: '2', removed: false },
      ]);
    });
    const longer = [...shorter, contact('update', 3, listing('1'))];
    await inEveryOrder(migrated, longer, ({ contact_identity: identities }) => {
      expect(identities).toMatchObject([
        { identity: '1', removed: false },
        { identity: '2', removed: true },
      ]);
    });
  });

  it('keeps an identity that only a message has told of', async () => {
    const from = { message: inbound('hi', { contact_id: 'c', ...on('SMS') }) };
    await inEveryOrder(
      migrated,
      [from, contact('update', 9)],
      ({ contact_identity: identities }) => {
        expect(identities).toMatchObject([{ removed: false, listed_stamp: null }]);
      },
    );
  });

  it('is told of those it shares an identity with, by the latest report', async () => {
    const duplicates = (second: number, ...ids: string[]) => ({
      accepted_time: at(second),
      duplicated_contact_identities_notification: {
        duplicated_identities: [{ channel: 'SMS', contact_ids: ids }],
      },
    });
    await inEveryOrder(migrated, [duplicates(1, 'c', 'b'), duplicates(2, 'a', 'c')], (rows) => {
      expect(rows['contact_duplicate']).toMatchObject([
        { sinch_contact_id: 'a', other_contact_ids: ['c'] },
        { sinch_contact_id: 'b', other_contact_ids: ['c'] },
        { sinch_contact_id: 'c', other_contact_ids: ['a'] },
      ]);
    });
  });
});

describe('rows of a merged contact', () => {
  const merge = (from: string, into: string) => ({
    accepted_time: at(1),
    contact_merge_notification: {
      preserved_contact: { id: into },
      deleted_contact: { id: from, channel_identities: [{ channel: 'SMS', identity: from }] },
    },
  });
  const own = { contact_id: 'A', ...on('SMS') };
  const everything = {
    message: { message: inbound('hi', { ...own, conversation_id: 'conv' }) },
    message_analysis: { smart_conversation_notification: { message_id: 'm', contact_id: 'A' } },
    consent: { opt_in_notification: { contact_id: 'A', channel: 'SMS', identity: '1' } },
    capability: { capability_notification: { contact_id: 'A', channel: 'SMS', identity: '1' } },
    inbound_event: { event: { id: 'e', ...own } },
    event_delivery: { event_delivery_report: { event_id: 'e', status: 'READ', ...own } },
    record: { record_notification: { entity_id: 'r', ...own } },
    conversation: { conversation_start_notification: { conversation: { id: 'x', ...own } } },
  };

  it.each(Object.entries(everything))(
    'follow a chain of merges to its end, in every order: %s',
    async (table, body) => {
      const bodies = [merge('A', 'B'), merge('B', 'C'), body];
      await inEveryOrder(migrated, bodies, (rows) => {
        expect(rows[table]?.length).toBeGreaterThan(0);
        for (const row of rows[table] ?? []) {
          expect(row).toMatchObject({ contact_id: 'C', reported_contact_id: 'A' });
        }
        const identities = rows['contact_identity'] ?? [];
        expect(new Set(identities.map((row) => row['contact_id']))).toEqual(new Set(['C']));
      });
    },
  );

  it('leave the merged contacts deleted and pointing to the one that lives on', async () => {
    const late = { accepted_time: at(9), contact_update_notification: { contact: { id: 'A' } } };
    await inEveryOrder(migrated, [merge('A', 'B'), late], ({ contact }) => {
      expect(contact).toMatchObject([
        { sinch_contact_id: 'A', merged_into_contact_id: 'B' },
        { sinch_contact_id: 'B', merged_into_contact_id: null, deleted_at: null },
      ]);
      expect(contact?.[0]?.['deleted_at']).not.toBeNull();
    });
  });

  it('stay where they are when merges lead into a circle, which makes no sense', async () => {
    const bodies = [merge('A', 'B'), merge('B', 'C'), merge('C', 'B'), everything.message];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ contact_id: 'A' }]);
    });
  });

  it('of a contact merged with itself stay, and it lives on', async () => {
    await inEveryOrder(migrated, [merge('A', 'A'), everything.message], ({ message, contact }) => {
      expect(message).toMatchObject([{ contact_id: 'A' }]);
      expect(contact).toMatchObject([{ deleted_at: null, merged_into_contact_id: null }]);
    });
  });
});

describe('a consent', () => {
  const opt = (way: 'in' | 'out', second: number | undefined, fields: object = {}) => ({
    ...(second === undefined ? {} : { event_time: at(second) }),
    [`opt_${way}_notification`]: { contact_id: 'c', channel: 'SMS', identity: '1', ...fields },
  });

  it.each([
    ['OPTED_IN', opt('out', 1), opt('in', 2)],
    ['OPTED_OUT', opt('in', 1), opt('out', 2)],
    ['OPTED_OUT', opt('in', 1), opt('out', 1)],
    ['OPTED_OUT', opt('in', undefined), opt('out', undefined)],
    ['OPTED_IN', opt('out', undefined), opt('in', 1)],
  ])('is %s after %j and %j', async (state, ...bodies) => {
    await inEveryOrder(migrated, bodies, ({ consent }) => {
      expect(consent).toMatchObject([{ state }]);
    });
  });

  it('is not changed by a request that failed', async () => {
    const failed = opt('out', 9, { status: 'OPT_OUT_FAILED' });
    await inEveryOrder(migrated, [opt('in', 1), failed], ({ consent }) => {
      expect(consent).toMatchObject([{ state: 'OPTED_IN' }]);
    });
  });

  it.each([{ contact_id: 'd' }, { channel: 'RCS' }, { identity: '2' }])(
    'of another contact, channel or identity is another one: %j',
    async (fields) => {
      await inEveryOrder(migrated, [opt('in', 1), opt('out', 2, fields)], ({ consent }) => {
        expect(consent).toHaveLength(2);
      });
    },
  );

  it('given to another app is another one', async () => {
    const elsewhere = { ...opt('out', 2), app_id: 'a' };
    await inEveryOrder(migrated, [opt('in', 1), elsewhere], ({ consent }) => {
      expect(consent).toHaveLength(2);
    });
  });
});
