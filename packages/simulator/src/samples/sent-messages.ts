import {
  type CallbackBody,
  channelIdentity,
  envelope,
  type Person,
  type ProcessingMode,
  type SampleWorld,
} from './sample-context.ts';

export interface SentMessage {
  readonly messageId: string;
  readonly person: Person;
  /** Echoed by every report. Senders put their own row's id here. */
  readonly metadata: string;
  readonly mode: ProcessingMode;
}

export type DeliveryStatus =
  | 'QUEUED_ON_CHANNEL'
  | 'DELIVERED'
  | 'READ'
  | 'FAILED'
  | 'SWITCHING_CHANNEL';

/** A message that the app sent. */
export function sentMessage(world: SampleWorld, person: Person = world.person()): SentMessage {
  const metadata = `{"order":"${world.id()}"}`;
  return { messageId: world.id(), person, metadata, mode: person.mode };
}

/** MESSAGE_SUBMIT: the message was handed to its channel. */
export function submitNotification(
  world: SampleWorld,
  message: SentMessage = sentMessage(world),
): CallbackBody {
  return envelope(world, {
    message_submit_notification: {
      message_id: message.messageId,
      ...recipient(world, message),
      submitted_message: { text_message: { text: 'Your order is on its way.' } },
      metadata: message.metadata,
      processing_mode: message.mode,
    },
  });
}

/** MESSAGE_DELIVERY: what became of the message. */
export function deliveryReport(
  world: SampleWorld,
  status: DeliveryStatus,
  message: SentMessage = sentMessage(world),
  reason: CallbackBody | undefined = reasonByStatus[status],
): CallbackBody {
  return envelope(world, {
    message_delivery_report: {
      message_id: message.messageId,
      ...recipient(world, message),
      status,
      ...(reason === undefined ? {} : { reason }),
      metadata: message.metadata,
      processing_mode: message.mode,
    },
    // The channel's own, in spite of its name: the sender's are in the report.
    ...(message.person.channel === 'RCS' && { message_metadata: '{"operator":"Example"}' }),
    correlation_id: '',
  });
}

/** One report of each status, by name. */
export const deliveryReports = {
  delivered: (world: SampleWorld) => deliveryReport(world, 'DELIVERED'),
  queued: (world: SampleWorld) => deliveryReport(world, 'QUEUED_ON_CHANNEL'),
  read: (world: SampleWorld) => deliveryReport(world, 'READ'),
  failed: (world: SampleWorld) => deliveryReport(world, 'FAILED'),
  switching: (world: SampleWorld) => deliveryReport(world, 'SWITCHING_CHANNEL'),
  dispatch: (world: SampleWorld) =>
    deliveryReport(world, 'DELIVERED', { ...sentMessage(world), mode: 'DISPATCH' }),
} as const;

const reasonByStatus: Partial<Record<DeliveryStatus, CallbackBody>> = {
  FAILED: {
    code: 'RECIPIENT_NOT_REACHABLE',
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

/** In DISPATCH mode there is neither a conversation nor a contact, and both are "". */
function recipient(world: SampleWorld, { person, mode }: SentMessage): CallbackBody {
  const isDispatch = mode === 'DISPATCH';
  return {
    conversation_id: isDispatch ? '' : person.conversationId,
    channel_identity: channelIdentity(world, person),
    contact_id: isDispatch ? '' : person.contactId,
  };
}
