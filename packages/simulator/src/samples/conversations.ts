import type { CallbackBody, Person, SampleWorld } from '../sample-world.ts';

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
