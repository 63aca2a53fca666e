import type { CallbackBody, Person, SampleWorld } from './sample-world.ts';

/** What surrounds every callback: project, app and times, then the trigger's own key. */
export function envelope(world: SampleWorld, content: CallbackBody): CallbackBody {
  return {
    app_id: world.appId,
    accepted_time: world.acceptedTime(),
    event_time: world.eventTime(),
    project_id: world.projectId,
    ...content,
  };
}

export function channelIdentity(world: SampleWorld, person: Person): CallbackBody {
  const isAppScoped = person.channel === 'MESSENGER';
  return {
    channel: person.channel,
    identity: person.phone,
    app_id: isAppScoped ? world.appId : '',
  };
}
