import { describe, expect, it } from 'vitest';
import { useMigratedDatabase } from '../support.ts';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
const migrated = useMigratedDatabase();

const contact = (kind: string, second: number, fields: object = {}) => ({
  accepted_time: at(second),
  [`contact_${kind}_notification`]: { contact: { id: 'c', ...fields } },
});

const listing = (...identities: string[]) => ({
  channel_identities: identities.map((identity) => ({ channel: 'SMS', identity })),
});

const currentIdentities = async () =>
  await migrated.read(
    `SELECT contact_id, i->>'identity' AS identity, i->>'channel_identity' AS as_sent
     FROM contact_current, jsonb_array_elements(identities) AS i ORDER BY 1, 2`,
  );

describe('a contact', () => {
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

  it('is created before it changes and changes before it is gone, where the times are the same', async () => {
    const bodies = [
      contact('create', 1, { display_name: 'created' }),
      contact('update', 1, { display_name: 'changed' }),
    ];
    await inEveryOrder(migrated, bodies, ({ contact: contacts }) => {
      expect(contacts).toMatchObject([{ display_name: 'changed' }]);
    });
    const last = [...bodies, contact('delete', 1, { display_name: 'gone' })];
    await inEveryOrder(migrated, last, ({ contact: contacts }) => {
      expect(contacts).toMatchObject([{ display_name: 'gone' }]);
    });
  });

  it('that is only named by a message, or by an id alone, keeps its profile', async () => {
    const bodies = [
      contact('create', 1, { display_name: 'Ada' }),
      report('READ', 9, { contact_id: 'c' }),
      { accepted_time: at(9), contact_delete_notification: { contact_id: 'c' } },
    ];
    await inEveryOrder(migrated, bodies, ({ contact: contacts }) => {
      expect(contacts).toMatchObject([{ display_name: 'Ada' }]);
      expect(contacts?.[0]?.['deleted_at']).toMatch(/^2026-01-02T03:04:09/);
    });
  });

  it('has no longer the identity that its latest profile does not list, and has it again by the next', async () => {
    const shorter = [contact('create', 1, listing('1', '2')), contact('update', 2, listing('2'))];
    await inEveryOrder(migrated, shorter, async () => {
      expect(await currentIdentities()).toMatchObject([{ identity: '2' }]);
    });
    const longer = [...shorter, contact('update', 3, listing('1'))];
    await inEveryOrder(migrated, longer, async () => {
      expect(await currentIdentities()).toMatchObject([{ identity: '1' }]);
    });
  });

  it('keeps an identity that only a message has named', async () => {
    const from = { message: inbound('hi', { contact_id: 'c', ...on('SMS') }) };
    await inEveryOrder(migrated, [from, contact('update', 9)], async (rows) => {
      expect(rows['contact_identity']).toMatchObject([{ listed_stamp: null, updated_at: null }]);
      expect(await currentIdentities()).toHaveLength(1);
    });
  });

  it('has one identity for each phone number, however it is written', async () => {
    const bodies = [
      contact('create', 1, listing('+1 (555) 0100')),
      contact('update', 2, listing('15550100', '1.555.0100')),
    ];
    await inEveryOrder(migrated, bodies, async () => {
      expect(await currentIdentities()).toMatchObject([{ identity: '15550100' }]);
    });
    await inEveryOrder(migrated, [contact('create', 1, listing('ACME'))], async () => {
      expect(await currentIdentities()).toMatchObject([{ identity: 'ACME' }]);
    });
  });
});

describe('duplicates of a contact', () => {
  const duplicates = (second: number, ...groups: string[][]) => ({
    accepted_time: at(second),
    duplicated_contact_identities_notification: {
      duplicated_identities: groups.map((ids) => ({ channel: 'SMS', contact_ids: ids })),
    },
  });
  const merge = (from: string, into: string) => ({
    accepted_time: at(5),
    contact_merge_notification: { deleted_contact_id: from, preserved_contact_id: into },
  });

  it('are those of the latest report', async () => {
    const bodies = [duplicates(1, ['c', 'b']), duplicates(2, ['a', 'c'])];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows['contact_duplicate']).toMatchObject([
        { sinch_contact_id: 'a', other_contact_ids: ['c'] },
        { sinch_contact_id: 'b', other_contact_ids: ['c'] },
        { sinch_contact_id: 'c', other_contact_ids: ['a'] },
      ]);
    });
  });

  it('of several groups of one report are all of them', async () => {
    await inEveryOrder(migrated, [duplicates(1, ['a', 'b'], ['a', 'c'])], (rows) => {
      expect(rows['contact_duplicate']).toMatchObject([
        { sinch_contact_id: 'a', other_contact_ids: ['b', 'c'] },
        { sinch_contact_id: 'b', other_contact_ids: ['a'] },
        { sinch_contact_id: 'c', other_contact_ids: ['a'] },
      ]);
    });
  });

  it('are none any more once they were merged', async () => {
    const bodies = [duplicates(1, ['a', 'b', 'c']), merge('b', 'a')];
    await inEveryOrder(migrated, bodies, async () => {
      const found = await migrated.read(
        'SELECT contact_id, duplicates FROM contact_current ORDER BY 1',
      );
      expect(found).toEqual([
        { contact_id: 'a', duplicates: [{ channel: 'SMS', contact_ids: ['c'] }] },
        { contact_id: 'c', duplicates: [{ channel: 'SMS', contact_ids: ['a'] }] },
      ]);
    });
  });
});
