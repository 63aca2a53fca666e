import { envelope } from '../envelope.ts';
import type { CallbackBody, Person, SampleWorld } from '../sample-world.ts';

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
