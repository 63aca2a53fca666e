import {
  boundedEntityId,
  type CallbackEvent,
  decideEvent,
  eventKey,
  rawBodyBytes,
  reconciledBody,
} from '@sinch-callbacks/core';
import type { ExpectedCallback } from '@sinch-callbacks/db';
import type { MessageEntry } from '@sinch-callbacks/sinch-api';

/** The app that the messages are of. */
export interface AppOfMessages {
  readonly projectId: string;
  readonly appId: string;
}

export type MadeEvent =
  | { readonly kind: 'event'; readonly event: CallbackEvent }
  /** The reason is fixed text: it quotes nothing of the message. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** The limit of ingest, unless INGEST_MAX_BODY_BYTES is set. */
const maxBodyBytes = 1_048_576;

/** Reads which callback a listed message should have caused, or why that cannot be said. */
export function expectedCallbackOf(entry: MessageEntry): ExpectedCallback | { reason: string } {
  const { id: messageId, direction } = Object(entry) as Partial<MessageEntry>;
  if (typeof messageId !== 'string' || messageId === '') return { reason: 'it has no id' };
  if (boundedEntityId(messageId) !== messageId) return { reason: 'its id cannot be stored' };
  if (direction === 'TO_APP') return { messageId, trigger: 'MESSAGE_INBOUND' };
  if (direction === 'TO_CONTACT') return { messageId, trigger: 'MESSAGE_SUBMIT' };
  return { reason: 'it has no known direction' };
}

/**
 * Makes the event of a callback that was missed, with all that Sinch's list says of its message. The
 * list has no `event_time`, no metadata of the conversation and no `correlation_id`.
 *
 * The same message gives the same event key, at any time and in any process. Only the time of
 * receipt differs: it is now.
 */
export function makeEvent(
  entry: MessageEntry,
  { trigger, messageId }: ExpectedCallback,
  app: AppOfMessages,
  now: Date,
): MadeEvent {
  const section = trigger === 'MESSAGE_INBOUND' ? inboundOf(entry) : submitOf(entry);
  if (section.kind === 'unusable') return section;
  const envelope = {
    app_id: app.appId,
    project_id: app.projectId,
    accepted_time: entry.accept_time,
  };
  const rawBody = bodyOf({ ...envelope, ...section.members });
  if (rawBody === undefined) return { kind: 'unusable', reason: 'it is nested too deep' };
  const bytes = rawBodyBytes(rawBody);
  if (bytes.length > maxBodyBytes) return { kind: 'unusable', reason: 'it is too large' };
  const event: CallbackEvent = {
    key: eventKey(trigger, messageId, bytes),
    trigger,
    entityId: messageId,
    rawBody,
    receivedAt: now.toISOString(),
    signature: undefined,
  };
  const decision = decideEvent(event);
  const isApplied = decision.kind === 'apply' && decision.entityId === messageId;
  if (!isApplied) return { kind: 'unusable', reason: 'it is no message that can be applied' };
  return { kind: 'event', event };
}

type Section =
  | { readonly kind: 'section'; readonly members: Readonly<Record<string, object>> }
  | Extract<MadeEvent, { kind: 'unusable' }>;

/** As in a callback, where `message` is the message that the list has. */
function inboundOf(entry: MessageEntry): Section {
  const { app_message: _, message_status: __, ...message } = entry;
  if (isEmpty(message.contact_message)) return { kind: 'unusable', reason: 'it has no content' };
  return { kind: 'section', members: { message } };
}

function submitOf({ id, app_message: content, ...entry }: MessageEntry): Section {
  if (isEmpty(content)) return { kind: 'unusable', reason: 'it has no content' };
  // Handlers recognise the late callback by its message and channel.
  if (!entry.channel_identity?.channel) return { kind: 'unusable', reason: 'it has no channel' };
  const { channel_identity, conversation_id, contact_id, metadata, processing_mode } = entry;
  const same = { channel_identity, conversation_id, contact_id, metadata, processing_mode };
  const submit = { message_id: id, submitted_message: content, ...same };
  return { kind: 'section', members: { message_submit_notification: submit } };
}

function isEmpty(content: unknown): boolean {
  return typeof content !== 'object' || content === null || Object.keys(content).length === 0;
}

function bodyOf(members: Parameters<typeof reconciledBody>[0]) {
  try {
    return reconciledBody(members);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
