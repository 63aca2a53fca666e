import * as z from 'zod';
import { factsOf } from './facts.ts';
import { channelFields, readChannel, reason, text } from './fields.ts';
import { surroundingsOf } from './project-message.ts';
import type { Projection, ProjectionInput } from './projection.ts';
import { earliestStampOf, stampOf } from './stamp.ts';
import { statusRank } from './status-rank.ts';

const deliveryReport = z.object({
  ...channelFields,
  message_id: text,
  conversation_id: text,
  contact_id: text,
  status: text,
  reason,
  metadata: text,
  processing_mode: text,
});

/**
 * MESSAGE_DELIVERY: a line in the message's history, and its status where no better one is known.
 *
 * `accepted_time` is when the message was sent, the same in every report of it, so it orders
 * nothing; only `event_time` breaks ties between reports of one rank.
 */
export function projectDeliveryReport(input: ProjectionInput): Projection {
  const body = deliveryReport.parse(input.section);
  if (body.message_id === undefined) return { kind: 'incomplete', missing: 'message_id' };
  if (body.status === undefined) return { kind: 'incomplete', missing: 'status' };
  const channel = readChannel(body);
  const at = input.eventTime;
  const rank = statusRank(body.status);
  const stamp = stampOf(rank, at, input.key);
  const message = {
    sinchMessageId: body.message_id,
    appId: input.appId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_CONTACT' as const,
    metadata: body.metadata,
    correlationId: input.correlationId,
    processingMode: body.processing_mode,
    content: undefined,
    status: { status: body.status, rank, at: at?.iso, stamp },
    channel: channel && { channel: channel.channel, identity: channel.identity, stamp },
    reason: body.reason && {
      code: body.reason.code,
      description: body.reason.description,
      stamp: earliestStampOf(rank, at, input.key),
    },
  };
  return {
    kind: 'facts',
    facts: factsOf({
      messages: [message],
      messageStatuses: [
        {
          sinchMessageId: body.message_id,
          status: body.status,
          channel: channel?.channel,
          eventTime: at?.iso,
          reasonCode: body.reason?.code,
          reasonDescription: body.reason?.description,
        },
      ],
      ...surroundingsOf(input, message, channel, stampOf(0, at, input.key)),
    }),
  };
}
