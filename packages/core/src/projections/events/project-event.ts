import { hash } from 'node:crypto';
import { reactionEvent } from '../../bodies/event-bodies.ts';
import { rawSection, type SinchEventOf } from '../../bodies/sinch-event.ts';
import { digestOfEventKey } from '../../events/event-key.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../events/json-object.ts';
import type { InboundEventFact, ReactionFact } from '../../facts/event-facts.ts';
import { factsOf } from '../../facts/facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import { boundedText } from '../../values/bounded-text.ts';
import { canonicalJson } from '../../values/exact-json.ts';
import type { Project } from '../projection.ts';
import { channelOf, relatedFacts } from '../related-facts.ts';

/** Projects EVENT_INBOUND: an action of a contact other than writing. */
export const projectInboundEvent: Project<'EVENT_INBOUND'> = (event, context) => {
  const { appId, body } = event;
  const { key, at } = context;
  const channel = channelOf(body);
  const content = contentOf(rawSection(event));
  const kind = memberOf(content);
  const stamp = stampOf({ at: at?.order }, key);
  const named = { appId, contactId: body.contact_id, conversationId: body.conversation_id };
  const where = {
    channel: channel?.channel,
    identity: channel?.identity,
    channelIdentity: channel?.channelIdentity,
  };
  const id = body.id ?? digestOfEventKey(key);
  const fact: InboundEventFact = {
    ...named,
    id,
    processingMode: body.processing_mode,
    event: {
      kind: kind === undefined ? 'unknown' : boundedText(kind),
      json: JSON.stringify(content),
      at: at?.instant?.iso,
      ...where,
      stamp,
    },
  };
  const happenedAt = (at?.order ?? context.receipt).iso;
  return {
    kind: 'facts',
    facts: factsOf({
      inboundEvents: [fact],
      ...(kind === 'reaction_event' && {
        reactions: [
          {
            id,
            appId,
            contactId: named.contactId,
            ...where,
            happenedAt,
            ...reactionOf(content[kind]),
          },
        ],
      }),
      ...relatedFacts(named, channel, stamp),
    }),
  };
};

/** Returns the members of both objects that may hold the action. */
function contentOf({ contact_event: one, contact_message_event: other }: JsonObject): JsonObject {
  return { ...(isJsonObject(one) && one), ...(isJsonObject(other) && other) };
}

function reactionOf(
  value: unknown,
): Pick<ReactionFact, 'sinchMessageId' | 'emoji' | 'action' | 'category'> {
  const {
    message_id: sinchMessageId,
    emoji,
    action,
    reaction_category: category,
  } = reactionEvent(value);
  return { sinchMessageId, emoji, action, category };
}

const contentDigits = 32;

/**
 * Projects CHANNEL_EVENT: a change of a channel itself. Sinch gives it no id, so its content and
 * its time identify it: a copy in another serialisation adds nothing.
 */
export const projectChannelEvent: Project<'CHANNEL_EVENT'> = (notification, { at }) => {
  const { appId, body } = notification;
  const { channel, event_type: eventType, additional_data: data } = body.channel_event ?? {};
  const about = [appId, withAllFields(notification), at && (at.instant?.sortable ?? at.text)];
  const event = {
    contentDigest: hash('sha256', canonicalJson(about), 'hex').slice(0, contentDigits),
    appId,
    channel,
    eventType,
    additionalDataJson: data && canonicalJson(data),
    at: at?.instant?.iso,
  };
  return { kind: 'facts', facts: factsOf({ channelEvents: [event] }) };
};

/** Returns the notification with its known fields as they are read, and all others as sent. */
function withAllFields(event: SinchEventOf<'CHANNEL_EVENT'>): JsonObject {
  const section = rawSection(event);
  const { channel_event: asSent } = section;
  const { channel_event: read } = event.body;
  return { ...section, channel_event: isJsonObject(asSent) ? { ...asSent, ...read } : undefined };
}

/** Projects UNSUPPORTED: a text of the channel's own, and its sender. */
export const projectUnsupported: Project<'UNSUPPORTED'> = ({ appId, body }, context) => {
  const { key, at } = context;
  const channel = channelOf(body);
  const named = { appId, contactId: body.contact_id, conversationId: body.conversation_id };
  const fact = {
    ...named,
    id: body.id ?? digestOfEventKey(key),
    channel: channel?.channel,
    identity: channel?.identity,
    channelIdentity: channel?.channelIdentity,
    payload: body.payload,
    happenedAt: (at?.order ?? context.receipt).iso,
  };
  return {
    kind: 'facts',
    facts: factsOf({
      unsupported: [fact],
      ...relatedFacts(named, channel, stampOf({ at: at?.order }, key)),
    }),
  };
};
