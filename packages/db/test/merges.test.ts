import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, inbound, inEveryOrder, on } from './every-order.ts';
import { type MigratedDatabase, openMigratedDatabase } from './support.ts';

let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

const merge = (from: string, into: string) => ({
  accepted_time: at(1),
  contact_merge_notification: {
    preserved_contact: { id: into },
    deleted_contact: { id: from, channel_identities: [{ channel: 'SMS', identity: '1' }] },
  },
});
const own = { contact_id: 'A', ...on('SMS') };
const message = { message: inbound('hi', { ...own, conversation_id: 'conv' }) };

const roots = async () =>
  Object.fromEntries(
    (await migrated.read('SELECT contact_id, root_id FROM contact_root')).map((row) => [
      row['contact_id'],
      row['root_id'],
    ]),
  );

describe('of contacts that merges connect lives on', () => {
  it.each<[string, [string, string][], Record<string, string>]>([
    [
      'the last of a chain',
      [
        ['A', 'B'],
        ['B', 'C'],
      ],
      { A: 'C', B: 'C', C: 'C' },
    ],
    [
      'the one that several were merged into',
      [
        ['B', 'A'],
        ['C', 'A'],
      ],
      { A: 'A', B: 'A', C: 'A' },
    ],
    [
      'the least of those that no merge ends, where merges contradict',
      [
        ['A', 'B'],
        ['A', 'C'],
      ],
      { A: 'B', B: 'B', C: 'B' },
    ],
    [
      'the least of all in a circle, which makes no sense',
      [
        ['A', 'B'],
        ['B', 'C'],
        ['C', 'A'],
      ],
      { A: 'A', B: 'A', C: 'A' },
    ],
    [
      'the one that no merge ends, beside a circle',
      [
        ['A', 'B'],
        ['B', 'A'],
        ['B', 'C'],
      ],
      { A: 'C', B: 'C', C: 'C' },
    ],
  ])('%s', async (_, links, expected) => {
    await inEveryOrder(
      migrated,
      links.map(([from, into]) => merge(from, into)),
      async () => {
        expect(await roots()).toEqual(expected);
      },
    );
  });

  it('itself, where it was merged with itself', async () => {
    await inEveryOrder(migrated, [merge('A', 'A'), message], async ({ contact, contact_merge }) => {
      expect(contact_merge).toEqual([]);
      expect(contact).toMatchObject([{ deleted_at: null }]);
      expect(await roots()).toEqual({});
    });
  });
});

describe('what was reported of a merged contact', () => {
  it('keeps the contact that was reported, and is found under the one that lives on', async () => {
    await inEveryOrder(migrated, [merge('A', 'B'), merge('B', 'C'), message], async (rows) => {
      expect(rows['message']).toMatchObject([{ contact_id: 'A' }]);
      const timeline = await migrated.read('SELECT id, contact_id FROM conversation_timeline');
      expect(timeline).toEqual([{ id: 'm', contact_id: 'C' }]);
      const current = await migrated.read(
        'SELECT contact_id, merged_contact_ids FROM contact_current',
      );
      expect(current).toEqual([{ contact_id: 'C', merged_contact_ids: ['A', 'B'] }]);
    });
  });

  it('is judged by the profile of the one that lives on', async () => {
    const profile = (id: string, second: number, name: string, ...identities: string[]) => ({
      accepted_time: at(second),
      contact_update_notification: {
        contact: {
          id,
          display_name: name,
          channel_identities: identities.map((identity) => ({ channel: 'SMS', identity })),
        },
      },
    });
    const bodies = [
      {
        accepted_time: at(2),
        contact_merge_notification: { deleted_contact_id: 'A', preserved_contact_id: 'B' },
      },
      profile('A', 1, 'old', '1', '2'),
      profile('B', 3, 'new', '2', '3'),
    ];
    await inEveryOrder(migrated, bodies, async () => {
      const [found] = await migrated.read(
        'SELECT display_name, identities, deleted FROM contact_current',
      );
      expect(found).toMatchObject({
        display_name: 'new',
        deleted: false,
        identities: [{ identity: '2' }, { identity: '3' }],
      });
    });
  });

  it('leaves the merged contact deleted', async () => {
    const late = { accepted_time: at(9), contact_update_notification: { contact: { id: 'A' } } };
    await inEveryOrder(migrated, [merge('A', 'B'), late], ({ contact }) => {
      expect(contact).toMatchObject([
        { sinch_contact_id: 'A' },
        { sinch_contact_id: 'B', deleted_at: null },
      ]);
      expect(contact?.[0]?.['deleted_at']).not.toBeNull();
    });
  });
});
