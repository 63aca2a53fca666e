import type { EventKey } from '../events/event-key.ts';
import { channelOf } from './channel-of.ts';
import { factsOf, namedContact } from './facts.ts';
import type { Instant } from './instant.ts';
import type { Project } from './projection.ts';
import { earliestStampOf, stampOf } from './stamp.ts';
import { statusRank, statusRankOnChannel } from './status-rank.ts';
import { surroundingsOf } from './surroundings.ts';

/**
 * MESSAGE_DELIVERY: a line in the message's history, and its status where no better one is known.
 *
 * `accepted_time` is when the message was sent, the same in every report of it, so it orders
 * nothing; only `event_time` breaks ties between reports of one rank.
 */
export const projectMessageDelivery: Project<'MESSAGE_DELIVERY'> = (
  { appId, correlationId, messageMetadata, body },
  { key, eventTime: at },
) => {
  const { message_id: sinchMessageId, status } = body;
  if (sinchMessageId === undefined) return { kind: 'incomplete', missing: 'message_id' };
  if (status === undefined) return { kind: 'incomplete', missing: 'status' };
  const channel = channelOf(body);
  const standing = standingOf(status, statusRank(status), at, key);
  const reason = reasonOf(body.reason, statusRank(status), at, key);
  const message = {
    sinchMessageId,
    appId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_CONTACT' as const,
    metadata: body.metadata ?? messageMetadata,
    correlationId,
    processingMode: body.processing_mode,
    content: undefined,
    status: standing,
    reason,
    channel: channel && {
      channel: channel.channel,
      identity: channel.identity,
      stamp: standing.stamp,
    },
  };
  const line = {
    sinchMessageId,
    status,
    channel: channel?.channel,
    eventTime: at?.iso,
    reasonCode: body.reason?.code,
    reasonDescription: body.reason?.description,
  };
  const onChannel = channel && {
    sinchMessageId,
    channel: channel.channel,
    identity: channel.identity,
    status: standingOf(status, statusRankOnChannel(status), at, key),
    reason,
  };
  return {
    kind: 'facts',
    facts: factsOf({
      messages: [message],
      messageStatuses: [line],
      messageChannels: onChannel ? [onChannel] : [],
      ...surroundingsOf(message, channel, stampOf(0, at, key)),
    }),
  };
};

/** EVENT_DELIVERY: how far an event to a contact has come. */
export const projectEventDelivery: Project<'EVENT_DELIVERY'> = (
  { appId, body },
  { key, eventTime: at },
) => {
  const { event_id: sinchEventId, status } = body;
  if (sinchEventId === undefined) return { kind: 'incomplete', missing: 'event_id' };
  if (status === undefined) return { kind: 'incomplete', missing: 'status' };
  const channel = channelOf(body);
  const rank = statusRank(status);
  return {
    kind: 'facts',
    facts: factsOf({
      eventDeliveries: [
        {
          sinchEventId,
          appId,
          contactId: body.contact_id,
          conversationId: body.conversation_id,
          channel: channel?.channel,
          identity: channel?.identity,
          metadata: body.metadata,
          status: standingOf(status, rank, at, key),
          reason: reasonOf(body.reason, rank, at, key),
        },
      ],
      contacts: namedContact(body.contact_id),
    }),
  };
};

function standingOf(status: string, rank: number, at: Instant | undefined, key: EventKey) {
  return { status, rank, at: at?.iso, stamp: stampOf(rank, at, key) };
}

/** The reason of the furthest failure; of several of one rank the first, which caused the others. */
function reasonOf(
  reason: { code?: string | undefined; description?: string | undefined } | undefined,
  rank: number,
  at: Instant | undefined,
  key: EventKey,
) {
  if (reason?.code === undefined && reason?.description === undefined) return undefined;
  const { code, description } = reason;
  return { code, description, stamp: earliestStampOf(rank, at, key) };
}
