import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type SampleContext,
} from './sample-context.ts';

/** CONTACT_CREATE, CONTACT_UPDATE and CONTACT_DELETE; a deletion carries the whole contact. */
export function contactNotification(
  context: SampleContext,
  change: 'create' | 'update' | 'delete',
  person: Person = context.person(),
): CallbackBody {
  return contactEnvelope(context, {
    [`contact_${change}_notification`]: { contact: contact(context, person) },
  });
}

/** CONTACT_MERGE: one contact replaces two. */
export function contactMerge(
  context: SampleContext,
  preserved: Person = context.person(),
  deleted: Person = context.person(),
): CallbackBody {
  return contactEnvelope(context, {
    contact_merge_notification: {
      preserved_contact: contact(context, preserved),
      deleted_contact: contact(context, deleted),
    },
  });
}

/** CONTACT_IDENTITIES_DUPLICATION: several contacts have the same identity. */
export function duplicatedIdentities(
  context: SampleContext,
  first: Person = context.person(),
  second: Person = context.person(),
): CallbackBody {
  const contactIds = [first.contactId, second.contactId];
  return contactEnvelope(context, {
    duplicated_contact_identities_notification: {
      duplicated_identities: [{ channel: 'SMS', contact_ids: contactIds }],
    },
  });
}

/** Adds the envelope of a contact's callback: contacts belong to the project, so `app_id` is "". */
function contactEnvelope(context: SampleContext, content: CallbackBody): CallbackBody {
  return {
    app_id: '',
    accepted_time: context.acceptedTime(),
    project_id: context.projectId,
    ...content,
  };
}

function contact(context: SampleContext, person: Person): CallbackBody {
  return {
    id: person.contactId,
    channel_identities: [channelIdentity(context, person)],
    channel_priority: [person.channel],
    display_name: person.name,
    email: '',
    external_id: '',
    metadata: '',
    language: 'EN_US',
  };
}

/** OPT_IN and OPT_OUT, by the top-level key; the status only shows success or failure. */
export function consentNotification(
  context: SampleContext,
  change: 'opt_in' | 'opt_out',
  outcome: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED',
  person: Person = context.person(),
): CallbackBody {
  const failure = { error_details: { description: 'The channel refused.' } };
  return envelope(context, {
    [`${change}_notification`]: {
      request_id: context.id(),
      contact_id: person.contactId,
      channel: person.channel,
      identity: person.phone,
      status: `${change.toUpperCase()}_${outcome}`,
      ...(outcome === 'FAILED' ? failure : {}),
      processing_mode: person.mode,
    },
  });
}

/** CAPABILITY: the features of a person's channel. */
export function capabilityNotification(
  context: SampleContext,
  person: Person = context.person(),
): CallbackBody {
  return envelope(context, {
    capability_notification: {
      request_id: context.id(),
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
  context: SampleContext,
  change: 'start' | 'stop' | 'delete',
  person: Person = context.person(),
): CallbackBody {
  return {
    app_id: context.appId,
    project_id: context.projectId,
    [`conversation_${change}_notification`]: {
      conversation: {
        id: person.conversationId,
        app_id: context.appId,
        contact_id: person.contactId,
        active_channel: person.channel,
        active: change === 'start',
        last_received: context.now(),
        metadata: '',
        metadata_json: null,
        correlation_id: '',
      },
    },
  };
}
