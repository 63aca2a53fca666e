import { type EventEnvelope, readEnvelope } from '../bodies/sinch-event.ts';
import { boundedEntityId } from '../events/entity-id.ts';
import { isJsonObject, type JsonObject } from '../events/json-object.ts';
import { type RawBody, rawBodyText } from '../events/raw-body.ts';
import { recognise } from '../events/recognise.ts';
import { boundedText } from '../values/bounded-text.ts';
import { parseInstant } from '../values/instant.ts';
import { storableText } from '../values/storable-json.ts';
import type { TimeField } from './moments.ts';

/** The part of a body that every trigger shares. Times are ISO 8601 with 6 fractional digits. */
export interface Envelope {
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly acceptedTime: string | undefined;
  readonly eventTime: string | undefined;
}

/** What can be read of a body that is not applied. */
export interface ReadEnvelope {
  readonly envelope: Envelope;
  /** Sinch's id for what the event is about, a message's before all others. */
  readonly entityId: string | undefined;
  readonly unreadableTimes: readonly TimeField[];
}

/**
 * Reads what can be read of any body, for events that died or that nobody here knows. Of a body
 * that is no JSON, such as one that was cut off, it takes the texts that look like those fields.
 * Never throws; nothing that it returns is sure to be there.
 */
export function envelopeOf(rawBody: RawBody): ReadEnvelope {
  const text = rawBodyText(rawBody);
  const recognition = recognise(text);
  if (recognition.kind === 'unreadable') return envelopeOfText(text);
  const { body } = recognition;
  const read = storedEnvelope(readEnvelope(body));
  const ownEntityId = recognition.kind === 'known' ? recognition.entityId : undefined;
  return { ...read, entityId: ownEntityId ?? entityIdAnywhere(body) };
}

/** An envelope as it is stored. */
export function storedEnvelope({
  appId,
  projectId,
  acceptedTime,
  eventTime,
}: Omit<EventEnvelope, 'messageMetadata' | 'channelMetadata' | 'correlationId'>): Omit<
  ReadEnvelope,
  'entityId'
> {
  const times = { accepted_time: parseInstant(acceptedTime), event_time: parseInstant(eventTime) };
  const unreadableTimes: TimeField[] = [];
  if (acceptedTime !== undefined && !times.accepted_time) unreadableTimes.push('accepted_time');
  if (eventTime !== undefined && !times.event_time) unreadableTimes.push('event_time');
  const envelope = {
    appId: appId && storableText(appId),
    projectId: projectId && storableText(projectId),
    acceptedTime: times.accepted_time?.iso,
    eventTime: times.event_time?.iso,
  };
  return { envelope, unreadableTimes };
}

/** Where an event's own id may stand, the likeliest first. */
const idFields = [
  'message_id',
  'event_id',
  'conversation_id',
  'contact_id',
  'entity_id',
  'batch_id',
  'request_id',
];

function entityIdAnywhere(body: unknown): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const sections = Object.values(body).filter((value) => isJsonObject(value));
  const inner = sections.flatMap((section) =>
    Object.values(section).filter((value) => isJsonObject(value)),
  );
  return (
    idIn(sections, 'message_id') ??
    idIn(sections, 'id') ??
    idIn([...sections, ...inner], ...idFields, 'id')
  );
}

function idIn(sections: readonly JsonObject[], ...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const section of sections) {
      const value = section[name];
      if (typeof value === 'string' && value !== '') return boundedEntityId(value);
    }
  }
  return undefined;
}

function envelopeOfText(text: string): ReadEnvelope {
  const read = storedEnvelope({
    appId: fieldOf(text, 'app_id'),
    projectId: fieldOf(text, 'project_id'),
    acceptedTime: fieldOf(text, 'accepted_time'),
    eventTime: fieldOf(text, 'event_time'),
  });
  return { ...read, entityId: boundedEntityId(fieldOf(text, 'message_id')) };
}

/** A member with a plain text, wherever it stands. */
function fieldOf(text: string, name: string): string | undefined {
  const value = new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]+)"`).exec(text)?.[1];
  return value === undefined ? undefined : boundedText(storableText(value));
}
