import { factsOf, namedContact } from '../../facts/facts.ts';
import { type MessageFact, messageFact } from '../../facts/message-facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project, ProjectionContext } from '../projection.ts';
import { channelOf, relatedFacts } from '../related-facts.ts';
import { type ReportStatuses, reasonFields, statusesOf } from './delivery-status.ts';
import { splitMetadata } from './stored-content.ts';

/**
 * Projects MESSAGE_DELIVERY: a line in the message's history, and its status where no better one is
 * known.
 *
 * `accepted_time` is when the message was sent, the same in every report of it, so it orders
 * nothing; only `event_time` breaks ties between reports of one rank. The envelope's metadata are
 * the channel's: the sender's come in the report itself.
 */
export const projectMessageDelivery: Project<'MESSAGE_DELIVERY'> = (event, context) => {
  const { message_id: sinchMessageId, status } = event.body;
  if (sinchMessageId === undefined) return { kind: 'incomplete', missing: 'message_id' };
  if (status === undefined) return { kind: 'incomplete', missing: 'status' };
  const { appId, body } = event;
  const { key, eventTime: at, acceptedTime } = context;
  const channel = channelOf(body);
  const statuses = statusesOf({ status, channel, at, reason: body.reason }, key);
  const message = messageFact({
    sinchMessageId,
    appId,
    projectId: event.projectId,
    correlationId: event.correlationId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_CONTACT',
    ...splitMetadata(body.metadata),
    channelMetadata: body.channel_metadata ?? event.channelMetadata ?? event.messageMetadata,
    processingMode: body.processing_mode,
    overallStatus: statuses.overall,
    happenedAt: (acceptedTime?.order ?? context.receipt).iso,
    sentAt: acceptedTime?.instant?.iso,
    ...milestoneOf(status, context),
  });
  const line = {
    sinchMessageId,
    status,
    rank: statuses.onChannel.statusRank,
    channel: channel?.channel,
    identity: channel?.identity,
    channelIdentity: channel?.channelIdentity,
    eventTime: at?.instant?.iso,
    ...reasonFields(body.reason),
  };
  return {
    kind: 'facts',
    facts: factsOf({
      messages: [message],
      messageStatuses: [line],
      messageChannels: [{ sinchMessageId, ...onChannel(statuses) }],
      ...relatedFacts(message, channel, stampOf({ at: at?.order }, key)),
    }),
  };
};

/** Projects EVENT_DELIVERY: the delivery status of an event to a contact. */
export const projectEventDelivery: Project<'EVENT_DELIVERY'> = ({ appId, body }, context) => {
  const { event_id: sinchEventId, status } = body;
  if (sinchEventId === undefined) return { kind: 'incomplete', missing: 'event_id' };
  if (status === undefined) return { kind: 'incomplete', missing: 'status' };
  const { key, eventTime: at } = context;
  const report = { status, channel: channelOf(body), at, reason: body.reason };
  const statuses = statusesOf(report, key);
  return {
    kind: 'facts',
    facts: factsOf({
      eventDeliveries: [
        {
          sinchEventId,
          appId,
          contactId: body.contact_id,
          conversationId: body.conversation_id,
          metadata: body.metadata,
          processingMode: body.processing_mode,
          overallStatus: statuses.overall,
        },
      ],
      eventDeliveryChannels: [{ sinchEventId, ...onChannel(statuses) }],
      contacts: namedContact(body.contact_id),
    }),
  };
};

function onChannel({ channel, onChannel: status }: ReportStatuses) {
  return { channel, status };
}

type Milestones = Partial<Pick<MessageFact, 'deliveredAt' | 'readAt' | 'failedAt'>>;

/** Returns the milestone that a status reaches. The receipt stands in for a missing time. */
function milestoneOf(status: string, { eventTime, receipt }: ProjectionContext): Milestones {
  const at = (eventTime?.instant ?? receipt).iso;
  if (status === 'DELIVERED') return { deliveredAt: at };
  if (status === 'READ') return { readAt: at };
  return status === 'FAILED' ? { failedAt: at } : {};
}
