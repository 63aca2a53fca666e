import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type ProcessingMode,
  type SampleContext,
} from './sample-context.ts';

export interface SentMessage {
  readonly messageId: string;
  readonly person: Person;
  /** A text that every report repeats. Senders put their own row's id here. */
  readonly metadata: string;
  readonly mode: ProcessingMode;
  /** The message itself, which the submit notification repeats. */
  readonly content?: CallbackBody;
  /** The conversation's last `correlation_id`. */
  readonly correlationId?: string;
}

export type DeliveryStatus =
  | 'QUEUED_ON_CHANNEL'
  | 'DELIVERED'
  | 'READ'
  | 'FAILED'
  | 'SWITCHING_CHANNEL';

/** Makes a message that the app sends. */
export function sentMessage(
  context: SampleContext,
  person: Person = context.person(),
): SentMessage {
  const metadata = `{"order":"${context.id()}"}`;
  return { messageId: context.id(), person, metadata, mode: person.mode };
}

/** MESSAGE_SUBMIT: the message was submitted to its channel. */
export function submitNotification(
  context: SampleContext,
  message: SentMessage = sentMessage(context),
): CallbackBody {
  return envelope(context, {
    message_submit_notification: {
      message_id: message.messageId,
      ...recipient(context, message),
      submitted_message: message.content ?? {
        text_message: { text: 'Your order is on its way.' },
      },
      metadata: message.metadata,
      processing_mode: message.mode,
    },
  });
}

/** MESSAGE_DELIVERY: a delivery report of the message. */
export function deliveryReport(
  context: SampleContext,
  status: DeliveryStatus,
  message: SentMessage = sentMessage(context),
  reason: CallbackBody | undefined = reasonByStatus[status],
): CallbackBody {
  return envelope(context, {
    message_delivery_report: {
      message_id: message.messageId,
      ...recipient(context, message),
      status,
      ...(reason === undefined ? {} : { reason }),
      metadata: message.metadata,
      processing_mode: message.mode,
    },
    // This is the channel's metadata, despite its name; the sender's are in the report.
    ...(message.person.channel === 'RCS' && { message_metadata: '{"operator":"Example"}' }),
    correlation_id: message.correlationId ?? '',
  });
}

/** One report of each status, by name. */
export const deliveryReports = {
  delivered: (context: SampleContext) => deliveryReport(context, 'DELIVERED'),
  queued: (context: SampleContext) => deliveryReport(context, 'QUEUED_ON_CHANNEL'),
  read: (context: SampleContext) => deliveryReport(context, 'READ'),
  failed: (context: SampleContext) => deliveryReport(context, 'FAILED'),
  switching: (context: SampleContext) => deliveryReport(context, 'SWITCHING_CHANNEL'),
  dispatch: (context: SampleContext) =>
    deliveryReport(context, 'DELIVERED', { ...sentMessage(context), mode: 'DISPATCH' }),
} as const;

const reasonByStatus: Partial<Record<DeliveryStatus, CallbackBody>> = {
  FAILED: {
    code: 'RECIPIENT_NOT_REACHABLE',
    // The samples of a seed keep their bytes, and so their event keys. cspell:disable-next-line
    description: 'Nobody could be reached at this identity.',
    sub_code: 'UNSPECIFIED_SUB_CODE',
    channel_code: '131026',
  },
  SWITCHING_CHANNEL: {
    code: 'RECIPIENT_NOT_REACHABLE',
    description: 'Trying the next channel.',
    sub_code: 'UNSPECIFIED_SUB_CODE',
  },
};

/** Returns the recipient. In DISPATCH mode, conversation and contact are "". */
function recipient(context: SampleContext, { person, mode }: SentMessage): CallbackBody {
  const isDispatch = mode === 'DISPATCH';
  return {
    conversation_id: isDispatch ? '' : person.conversationId,
    channel_identity: channelIdentity(context, person),
    contact_id: isDispatch ? '' : person.contactId,
  };
}
