import { currentContact, instant, json, type ProjectionTable, text } from './projection-table.ts';

export const contact: ProjectionTable = {
  name: 'contact',
  key: text('sinch_contact_id'),
  greatest: [...text('merged_into_contact_id'), instant('last_updated_at')],
  least: [instant('created_at'), instant('deleted_at')],
  groups: [
    {
      stamp: 'profile_stamp',
      columns: [
        ...text('display_name', 'email', 'external_id', 'metadata', 'language'),
        json('channel_priority'),
      ],
    },
  ],
  followers: [],
  rows: ({ facts, receivedAt }) =>
    facts.contacts.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      merged_into_contact_id: fact.mergedIntoContactId ?? null,
      deleted_at: fact.deletedAt ?? null,
      created_at: receivedAt,
      last_updated_at: fact.profile ? receivedAt : null,
      profile_stamp: fact.profile?.stamp ?? null,
      display_name: fact.profile?.displayName ?? null,
      email: fact.profile?.email ?? null,
      external_id: fact.profile?.externalId ?? null,
      metadata: fact.profile?.metadata ?? null,
      language: fact.profile?.language ?? null,
      channel_priority: fact.profile ? JSON.stringify(fact.profile.channelPriority) : null,
    })),
};

export const contactIdentity: ProjectionTable = {
  name: 'contact_identity',
  key: text('sinch_contact_id', 'channel', 'identity', 'app_id'),
  greatest: text('listed_stamp'),
  least: [instant('created_at')],
  groups: [],
  followers: [{ name: 'contact_id', of: 'sinch_contact_id' }],
  rows: ({ facts, receivedAt }) =>
    facts.contactIdentities.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      channel: fact.channel,
      identity: fact.identity,
      app_id: fact.appId,
      listed_stamp: fact.listedStamp ?? null,
      created_at: receivedAt,
    })),
};

export const contactDuplicate: ProjectionTable = {
  name: 'contact_duplicate',
  key: text('sinch_contact_id', 'channel'),
  greatest: [],
  least: [],
  groups: [{ stamp: 'others_stamp', columns: [json('other_contact_ids'), instant('reported_at')] }],
  followers: [],
  rows: ({ facts }) =>
    facts.contactDuplicates.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      channel: fact.channel,
      others_stamp: fact.others.stamp,
      other_contact_ids: JSON.stringify(fact.others.contactIds),
      reported_at: fact.others.at ?? null,
    })),
};

export const consent: ProjectionTable = {
  name: 'consent',
  key: text('app_id', 'reported_contact_id', 'channel', 'identity'),
  greatest: [instant('last_updated_at')],
  least: [instant('created_at')],
  groups: [
    {
      stamp: 'consent_stamp',
      columns: [{ name: 'state', type: 'consent_state' }, instant('consent_at')],
    },
  ],
  followers: [currentContact],
  rows: ({ facts, receivedAt }) =>
    facts.consents.map((fact) => ({
      app_id: fact.appId,
      reported_contact_id: fact.contactId,
      channel: fact.channel,
      identity: fact.identity,
      created_at: receivedAt,
      last_updated_at: receivedAt,
      consent_stamp: fact.consent.stamp,
      state: fact.consent.state,
      consent_at: fact.consent.at ?? null,
    })),
};

export const capability: ProjectionTable = {
  name: 'capability',
  key: text('app_id', 'reported_contact_id', 'channel', 'identity'),
  greatest: [],
  least: [],
  groups: [
    {
      stamp: 'capability_stamp',
      columns: [
        ...text('status', 'reason_code'),
        json('channel_capabilities'),
        instant('answered_at'),
      ],
    },
  ],
  followers: [currentContact],
  rows: ({ facts }) =>
    facts.capabilities.map(({ capability: answer, ...fact }) => ({
      app_id: fact.appId,
      reported_contact_id: fact.contactId,
      channel: fact.channel,
      identity: fact.identity,
      capability_stamp: answer.stamp,
      status: answer.status,
      reason_code: answer.reasonCode ?? null,
      channel_capabilities: JSON.stringify(answer.channelCapabilities),
      answered_at: answer.at ?? null,
    })),
};
