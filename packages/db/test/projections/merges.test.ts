import { sized } from '@sinch-callbacks/dev-env/sizes';
import { describe, expect, it } from 'vitest';
import { createEventWriter, openDatabase } from '../../src/index.ts';
import { emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';

const migrated = useMigratedDatabase();

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

describe('a merge', () => {
  const many = sized({ short: 5_000, long: 150_000 });
  const seedMessages = `
    INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at, contact_id)
    SELECT 'm' || n, now(), now(), now(), 'A' FROM generate_series(1, ${many}) AS n`;

  it('of a contact with many messages writes none of them', async () => {
    const { database } = migrated;
    const versions = () =>
      migrated.read('SELECT md5(string_agg(ctid::text, $1 ORDER BY ctid)) FROM message', [',']);
    await emptyTables(database);
    await migrated.read(seedMessages);
    const before = await versions();
    const outcomes = await createEventWriter(database, () => new Date()).write([
      toWrite(eventOf(merge('A', 'B'))),
    ]);
    expect(outcomes).toEqual([{ kind: 'applied' }]);
    expect(await versions()).toEqual(before);
    const found = await migrated.read(
      'SELECT count(*)::int AS count FROM message JOIN contact_root USING (contact_id) WHERE root_id = $1',
      ['B'],
    );
    expect(found).toEqual([{ count: many }]);
  });

  it('beside another one of the same contact, by another writer, is not overlooked', async () => {
    for (let round = 0; round < 20; round += 1) {
      await emptyTables(migrated.database);
      await atOnce([merge('A', 'B')], [merge('B', 'C')]);
      expect([round, await roots()]).toEqual([round, { A: 'C', B: 'C', C: 'C' }]);
    }
  });

  it('beside reports of the same contact, by two writers, ends in no deadlock', async () => {
    const deadlocks = async () => {
      const [found] = await migrated.read(
        'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
      );
      return found?.['deadlocks'];
    };
    for (let round = 0; round < 60; round += 1) {
      const [from, into] = [`${round}A`, `${round}B`];
      const reports = Array.from({ length: 60 }, (_, n) =>
        report('DELIVERED', n % 10, { message_id: `r${n}`, contact_id: n % 2 ? from : into }),
      );
      const others = reports.map((body) => ({ ...body, correlation_id: 'other' }));
      await atOnce([...reports.toReversed(), merge(from, into)], [merge(into, from), ...others]);
    }
    expect(await deadlocks()).toBe(0);
  });

  /**
   * Runs two writers, each with its own sessions, since a session reports its deadlocks when it
   * ends.
   */
  async function atOnce(...batches: readonly (readonly object[])[]): Promise<void> {
    const outcomes = await Promise.all(
      batches.map(async (bodies) => {
        const database = openDatabase({ url: migrated.url });
        try {
          const writer = createEventWriter(database, () => new Date());
          return await writer.write(bodies.map((body) => toWrite(eventOf(body))));
        } finally {
          await database.close();
        }
      }),
    );
    expect(outcomes.flat().filter(({ kind }) => kind === 'failed')).toEqual([]);
  }
});
