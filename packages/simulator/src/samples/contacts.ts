import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleWorld,
} from './sample-context.ts';

/** CONTACT_CREATE, CONTACT_UPDATE and CONTACT_DELETE; a deletion carries the whole contact. */
export function contactNotification(
  world: SampleWorld,
  change: 'create' | 'update' | 'delete',
  person: Person = world.person(),
): CallbackBody {
  return contactEnvelope(world, {
    [`contact_${change}_notification`]: { contact: contact(world, person) },
  });
}

/** CONTACT_MERGE: one contact lives on in place of two. */
export function contactMerge(
  world: SampleWorld,
  preserved: Person = world.person(),
  deleted: Person = world.person(),
): CallbackBody {
  return contactEnvelope(world, {
    contact_merge_notification: {
      preserved_contact: contact(world, preserved),
      deleted_contact: contact(world, deleted),
    },
  });
}

/** CONTACT_IDENTITIES_DUPLICATION: one identity stands in several contacts. */
export function duplicatedIdentities(
  world: SampleWorld,
  first: Person = world.person(),
  second: Person = world.person(),
): CallbackBody {
  const contactIds = [first.contactId, second.contactId];
  return contactEnvelope(world, {
    duplicated_contact_identities_notification: {
      duplicated_identities: [{ channel: 'SMS', contact_ids: contactIds }],
    },
  });
}

/** Contacts belong to the project: their callbacks leave the app empty. */
function contactEnvelope(world: SampleWorld, content: CallbackBody): CallbackBody {
  return {
    app_id: '',
    accepted_time: world.acceptedTime(),
    project_id: world.projectId,
    ...content,
  };
}

function contact(world: SampleWorld, person: Person): CallbackBody {
  return {
    id: person.contactId,
    channel_identities: [channelIdentity(world, person)],
    channel_priority: [person.channel],
    display_name: person.name,
    email: '',
    external_id: '',
    metadata: '',
    language: 'EN_US',
  };
}

/** OPT_IN and OPT_OUT. The top-level key tells which; the status only whether it worked. */
export function consentNotification(
  world: SampleWorld,
  change: 'opt_in' | 'opt_out',
  outcome: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED',
  person: Person = world.person(),
): CallbackBody {
  const failure = { error_details: { description: 'The channel refused.' } };
  return envelope(world, {
    [`${change}_notification`]: {
      request_id: world.id(),
      contact_id: person.contactId,
      channel: person.channel,
      identity: person.phone,
      status: `${change.toUpperCase()}_${outcome}`,
      ...(outcome === 'FAILED' ? failure : {}),
      processing_mode: person.mode,
    },
  });
}

/** CAPABILITY: what a person's channel can show. */
export function capabilityNotification(
  world: SampleWorld,
  person: Person = world.person(),
): CallbackBody {
  return envelope(world, {
    capability_notification: {
      request_id: world.id(),
      contact_id: person.contactId,
      channel: 'RCS',
      identity: person.phone,
      capability_status: 'CAPABILITY_PARTIAL',
      channel_capabilities: ['OPEN_URL', 'CREATE_CALENDAR_EVENT'],
    },
  });
}

/** CONVERSATION_START, CONVERSATION_STOP and CONVERSATION_DELETE; these carry no times. */
export function conversationNotification(
  world: SampleWorld,
  change: 'start' | 'stop' | 'delete',
  person: Person = world.person(),
): CallbackBody {
  return {
    app_id: world.appId,
    project_id: world.projectId,
    [`conversation_${change}_notification`]: {
      conversation: {
        id: person.conversationId,
        app_id: world.appId,
        contact_id: person.contactId,
        active_channel: person.channel,
        active: change === 'start',
        last_received: world.now(),
        metadata: '',
        metadata_json: null,
        correlation_id: '',
      },
    },
  };
}
