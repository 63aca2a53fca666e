import { describe, expect, it } from 'vitest';
import { factsOf, greatest, only } from '../../decide/decide-event.fixture.ts';

const event_time = '2026-11-20T10:00:00Z';
const changed = (what: 'create' | 'update' | 'delete', section: object, envelope: object = {}) => ({
  event_time,
  ...envelope,
  [`contact_${what}_notification`]: section,
});
const contact = (displayName: string) => ({ contact: { id: 'c', display_name: displayName } });

describe('a contact', () => {
  it('is created before it changes, and changes before it is gone, at the very same time', () => {
    for (let n = 0; n < 20; n += 1) {
      const facts = (['create', 'update', 'delete'] as const).map((what) =>
        only(factsOf(changed(what, contact(`${what} ${n}`))).contacts),
      );
      const profiles = facts.map(({ profile }) => profile).filter((one) => one !== undefined);
      expect(greatest(profiles.slice(0, 2)).displayName).toBe(`update ${n}`);
      expect(greatest(profiles).displayName).toBe(`delete ${n}`);
    }
  });

  it('lists its identities with the stamp of its profile, each in one spelling', () => {
    const listed = [
      { channel: 'SMS', identity: '+1 555 0100', app_id: '' },
      { channel: 'MESSENGER', identity: '7', app_id: '01APP' },
      { channel: 'SMS', identity: '' },
    ];
    const facts = factsOf(changed('update', { contact: { id: 'c', channel_identities: listed } }));
    const listedStamp = only(facts.contacts).profile?.stamp;
    expect(facts.contactIdentities).toEqual([
      {
        sinchContactId: 'c',
        channel: 'SMS',
        identity: '15550100',
        channelIdentity: '+1 555 0100',
        appId: '',
        listedStamp,
      },
      {
        sinchContactId: 'c',
        channel: 'MESSENGER',
        identity: '7',
        channelIdentity: '7',
        appId: '01APP',
        listedStamp,
      },
    ]);
  });

  it.each([{ contact_id: 'c' }, { contact: { id: 'c' } }, { contact: null, contact_id: 'c' }])(
    'that is deleted with its id alone is gone, and keeps its profile: %j',
    (section) => {
      expect(factsOf(changed('delete', section)).contacts).toEqual([
        { sinchContactId: 'c', profile: undefined, deletedAt: '2026-11-20T10:00:00.000000Z' },
      ]);
    },
  );
});

describe('a merge', () => {
  const merge = (section: object) => ({ event_time, contact_merge_notification: section });

  it('is an edge between two contacts, of which one is gone', () => {
    const facts = factsOf(
      merge({
        preserved_contact: { id: 'a', email: 'e' },
        deleted_contact: { id: 'b', email: 'f' },
      }),
    );
    expect(facts.contactMerges).toEqual([{ deletedContactId: 'b', preservedContactId: 'a' }]);
    expect(facts.contacts).toMatchObject([
      { sinchContactId: 'a', profile: { email: 'e' }, deletedAt: undefined },
      { sinchContactId: 'b', profile: { email: 'f' }, deletedAt: '2026-11-20T10:00:00.000000Z' },
    ]);
  });

  it.each([
    { preserved_contact_id: 'a', deleted_contact_id: 'b' },
    { preserved_contact: { id: 'a' }, deleted_contact_id: 'b' },
    { preserved_contact: { id: 'a' }, deleted_contact: { id: 'b' } },
  ])('is read where ids stand alone, and empties no profile: %j', (section) => {
    const facts = factsOf(merge(section));
    expect(facts.contactMerges).toEqual([{ deletedContactId: 'b', preservedContactId: 'a' }]);
    expect(facts.contacts.map(({ profile }) => profile)).toEqual([undefined, undefined]);
  });

  it('of a contact with itself is none', () => {
    const facts = factsOf(merge({ preserved_contact: { id: 'a' }, deleted_contact: { id: 'a' } }));
    expect(facts.contactMerges).toEqual([]);
    expect(only(facts.contacts).deletedAt).toBeUndefined();
  });
});

it('groups of duplicates in one callback are united for each contact and channel', () => {
  const facts = factsOf({
    event_time,
    duplicated_contact_identities_notification: {
      duplicated_identities: [
        { channel: 'SMS', contact_ids: ['a', 'b'] },
        { channel: 'SMS', contact_ids: ['c', 'a', 'a', ''] },
        { channel: 'RCS', contact_ids: ['a', 'd'] },
      ],
    },
  });
  const others = facts.contactDuplicates.map(
    ({ sinchContactId, channel, others: { contactIds } }) => [
      sinchContactId,
      channel,
      ...contactIds,
    ],
  );
  expect(others.map((words) => words.join(' ')).toSorted()).toEqual([
    'a RCS d',
    'a SMS b c',
    'b SMS a',
    'c SMS a',
    'd RCS a',
  ]);
  expect(facts.contacts.map(({ sinchContactId }) => sinchContactId).toSorted()).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});
