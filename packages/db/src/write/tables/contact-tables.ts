import { emptiedColumns } from '../../privacy/personal-columns.ts';
import {
  bytes,
  instant,
  json,
  type ProjectionTable,
  receipts,
  receiptsRow,
  text,
} from './projection-table.ts';

/**
 * Contacts. One that is only named again is not written again: `updated_at` is that of its
 * profiles.
 */
export const contact: ProjectionTable = {
  name: 'contact',
  emptiable: emptiedColumns('contact'),
  key: text('sinch_contact_id'),
  greatest: [receipts.last],
  least: [receipts.first, instant('deleted_at')],
  groups: [
    {
      stamp: 'profile_stamp',
      columns: [
        ...text('display_name', 'email', 'external_id', 'metadata', 'language'),
        json('channel_priority'),
      ],
    },
  ],
  rows: ({ facts, receivedAt }) =>
    facts.contacts.map(({ sinchContactId, profile, deletedAt }) => ({
      sinch_contact_id: sinchContactId,
      created_at: receivedAt,
      updated_at: profile === undefined && deletedAt === undefined ? null : receivedAt,
      deleted_at: deletedAt ?? null,
      profile_stamp: profile?.stamp ?? null,
      display_name: profile?.displayName ?? null,
      email: profile?.email ?? null,
      external_id: profile?.externalId ?? null,
      metadata: profile?.metadata ?? null,
      language: profile?.language ?? null,
      channel_priority: profile ? JSON.stringify(profile.channelPriority) : null,
    })),
};

/** Merges as reported. Their result is in `contact_root`, which contact-roots.ts computes. */
export const contactMerge: ProjectionTable = {
  name: 'contact_merge',
  key: text('deleted_contact_id', 'preserved_contact_id'),
  greatest: [receipts.last],
  least: [receipts.first],
  groups: [],
  rows: (event) =>
    event.facts.contactMerges.map((fact) => ({
      deleted_contact_id: fact.deletedContactId,
      preserved_contact_id: fact.preservedContactId,
      ...receiptsRow(event),
    })),
};

/** Identities of contacts. As for contacts, `updated_at` is that of the profiles that list it. */
export const contactIdentity: ProjectionTable = {
  name: 'contact_identity',
  key: text('sinch_contact_id', 'channel', 'identity', 'app_id'),
  greatest: [...text('channel_identity'), bytes('listed_stamp'), receipts.last],
  least: [receipts.first],
  groups: [],
  rows: ({ facts, receivedAt }) =>
    facts.contactIdentities.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      channel: fact.channel,
      identity: fact.identity,
      app_id: fact.appId,
      channel_identity: fact.channelIdentity,
      listed_stamp: fact.listedStamp ?? null,
      created_at: receivedAt,
      updated_at: fact.listedStamp === undefined ? null : receivedAt,
    })),
};

export const contactDuplicate: ProjectionTable = {
  name: 'contact_duplicate',
  key: text('sinch_contact_id', 'channel'),
  greatest: [receipts.last],
  least: [receipts.first],
  groups: [{ stamp: 'others_stamp', columns: [json('other_contact_ids'), instant('reported_at')] }],
  rows: (event) =>
    event.facts.contactDuplicates.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      channel: fact.channel,
      others_stamp: fact.others.stamp,
      other_contact_ids: JSON.stringify(fact.others.contactIds),
      reported_at: fact.others.at ?? null,
      ...receiptsRow(event),
    })),
};

export const capability: ProjectionTable = {
  name: 'capability',
  key: text('app_id', 'contact_id', 'channel', 'identity'),
  greatest: [receipts.last],
  least: [receipts.first],
  groups: [
    {
      stamp: 'capability_stamp',
      columns: [
        ...text('channel_identity', 'status', 'reason_code'),
        json('channel_capabilities'),
        instant('answered_at'),
      ],
    },
  ],
  rows: (event) =>
    event.facts.capabilities.map(({ capability: answer, ...fact }) => ({
      app_id: fact.appId,
      contact_id: fact.contactId,
      channel: fact.channel,
      identity: fact.identity,
      capability_stamp: answer.stamp,
      channel_identity: answer.channelIdentity ?? null,
      status: answer.status,
      reason_code: answer.reasonCode ?? null,
      channel_capabilities: JSON.stringify(answer.channelCapabilities),
      answered_at: answer.at ?? null,
      ...receiptsRow(event),
    })),
};
