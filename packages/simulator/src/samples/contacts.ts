import { channelIdentity } from '../envelope.ts';
import type { CallbackBody, Person, SampleWorld } from '../sample-world.ts';

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
