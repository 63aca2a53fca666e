import { time } from '../bodies/fields.ts';
import { type EventEnvelope, readEnvelope } from '../bodies/sinch-event.ts';
import { boundedEntityId } from '../events/event-key.ts';
import { isJsonObject, type JsonObject } from '../events/json-object.ts';
import { type RawBody, rawBodyText } from '../events/raw-body.ts';
import { recognise } from '../events/recognise.ts';
import { readMoments, type TimeField, type TimeTexts } from '../facts/moments.ts';
import { boundedText } from '../values/bounded-text.ts';
import { storableText } from '../values/storable-json.ts';

/** The part of a body that every trigger shares. Times are ISO 8601 with 6 fractional digits. */
export interface Envelope {
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly acceptedTime: string | undefined;
  readonly eventTime: string | undefined;
}

/** The envelope of a body that is not applied, as far as it can be read. */
export interface ReadEnvelope {
  readonly envelope: Envelope;
  /** Sinch's id for what the event is about, a message's before all others. */
  readonly entityId: string | undefined;
  readonly unreadableTimes: readonly TimeField[];
}

/**
 * Reads the envelope of any body, for events that are dead or have an unknown trigger. In a body
 * that is no JSON, such as a truncated one, it searches for texts that look like those fields.
 * Never throws; every field that it returns may be absent.
 */
export function envelopeOf(rawBody: RawBody): ReadEnvelope {
  const text = rawBodyText(rawBody);
  const recognition = recognise(text);
  if (recognition.kind === 'unreadable') return envelopeInText(rawBody);
  const { body } = recognition;
  const sections = sectionsOf(body);
  const acceptTime = sections.map((section) => time(section['accept_time'])).find(Boolean);
  const read = storedEnvelope({ ...readEnvelope(body), acceptTime });
  const ownEntityId = recognition.kind === 'known' ? recognition.entityId : undefined;
  return { ...read, entityId: ownEntityId ?? entityIdAnywhere(sections) };
}

interface EnvelopeTexts extends Pick<EventEnvelope, 'appId' | 'projectId'>, TimeTexts {}

function storedEnvelope(texts: EnvelopeTexts): Omit<ReadEnvelope, 'entityId'> {
  const { appId, projectId } = texts;
  const { acceptedTime, eventTime, unreadable } = readMoments(anyReceipt, texts);
  const envelope = {
    appId: appId && storableText(appId),
    projectId: projectId && storableText(projectId),
    acceptedTime: acceptedTime?.instant?.iso,
    eventTime: eventTime?.instant?.iso,
  };
  return { envelope, unreadableTimes: unreadable };
}

/** A placeholder: nothing is ordered by these times. */
const anyReceipt = { receivedAt: '1970-01-01T00:00:00Z', signature: undefined };

/** Fields that may hold an event's own id, the likeliest first. */
const idFields = [
  'message_id',
  'event_id',
  'conversation_id',
  'contact_id',
  'entity_id',
  'batch_id',
  'request_id',
];

/** Returns the parts of a body that may be a trigger's own. */
function sectionsOf(body: unknown): readonly JsonObject[] {
  return isJsonObject(body) ? Object.values(body).filter((value) => isJsonObject(value)) : [];
}

function entityIdAnywhere(sections: readonly JsonObject[]): string | undefined {
  const inner = sections.flatMap(sectionsOf);
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

/**
 * Reads the envelope of a body that must not be parsed, since parsing may be what ends the process:
 * it searches for texts that look like those fields, at any depth.
 */
export function envelopeInText(rawBody: RawBody): ReadEnvelope {
  const text = rawBodyText(rawBody);
  const read = storedEnvelope({
    appId: fieldOf(text, 'app_id'),
    projectId: fieldOf(text, 'project_id'),
    acceptedTime: fieldOf(text, 'accepted_time'),
    eventTime: fieldOf(text, 'event_time'),
    acceptTime: undefined,
  });
  return { ...read, entityId: boundedEntityId(fieldOf(text, 'message_id')) };
}

/** Finds a member with a plain text, at any depth. */
function fieldOf(text: string, name: string): string | undefined {
  const value = new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]+)"`).exec(text)?.[1];
  return value === undefined ? undefined : boundedText(storableText(value));
}
