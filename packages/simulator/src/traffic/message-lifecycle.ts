import { drawLog, pick } from '../random.ts';
import {
  eventDeliveryReport,
  inboundEvent,
  inboundMessage,
  reaction,
  redactedMessage,
} from '../samples/inbound-messages.ts';
import { smartConversation } from '../samples/notices.ts';
import type { SampleBuilder } from '../samples/sample-callbacks.ts';
import type { Person, SampleContext } from '../samples/sample-context.ts';
import { deliveryReport, sentMessage, submitNotification } from '../samples/sent-messages.ts';
import { deliverySteps } from './delivery-steps.ts';
import { createTimelineBuilder, type TimelineEvent } from './timeline-builder.ts';

const reactionShare = 0.08;
const typingShare = 0.3;
const appTypingShare = 0.1;
const redactionShare = 0.04;
const analysisShare = 0.08;

/** Creates a message to a person: for each channel, its submit and the channel's reports. */
export function sentMessageLifecycle(
  context: SampleContext,
  person: Person,
  beginsAtMs: number,
): TimelineEvent[] {
  const { random } = context;
  const timeline = createTimelineBuilder(context, beginsAtMs);
  const message = sentMessage(context, person);
  const on = (channel: string) => ({ ...message, person: { ...person, channel } });
  const steps = deliverySteps(random, person.channel);
  const submit = (channel: string, afterMs: number) =>
    timeline.createEvent(afterMs, 'sinch', (moment) => submitNotification(moment, on(channel)));

  const events = [submit(person.channel, drawLog(random, 20, 80))];
  for (const { status, channel, afterMs, clock, reason } of steps) {
    const isSwitched = channel !== person.channel && status === 'QUEUED_ON_CHANNEL';
    if (isSwitched) events.push(submit(channel, afterMs - 10));
    events.push(
      timeline.createEvent(afterMs, clock, (moment) =>
        deliveryReport(moment, status, on(channel), reason),
      ),
    );
  }
  const read = steps.find(({ status }) => status === 'READ');
  if (read && random() < reactionShare) {
    const at = createTimelineBuilder(
      context,
      beginsAtMs + read.afterMs + drawLog(random, 1_000, 60_000),
    );
    events.push(
      at.createEvent(0, 'sinch', (moment) => reaction(moment, message.messageId, person)),
    );
  }
  return events;
}

/** Creates a message from a person and the events that follow it. */
export function receivedMessageLifecycle(
  context: SampleContext,
  person: Person,
  beginsAtMs: number,
): TimelineEvent[] {
  const { random } = context;
  const messageId = context.id();
  const once = (afterMs: number, build: SampleBuilder) =>
    createTimelineBuilder(context, beginsAtMs + afterMs).createEvent(0, 'sinch', build);
  const timeline = createTimelineBuilder(context, beginsAtMs);
  const events: TimelineEvent[] = [];
  if (random() < typingShare) {
    const typing = { contact_event: { composing_event: {} } };
    events.push(once(0, (moment) => inboundEvent(moment, typing, person)));
  }
  const text = pick(random, texts);
  events.push(
    timeline.createEvent(drawLog(random, 1_000, 8_000), 'channel', (moment) =>
      inboundMessage(moment, { text_message: { text } }, person, messageId),
    ),
  );
  if (random() < redactionShare) {
    events.push(once(9_000, (moment) => redactedMessage(moment, person, messageId)));
  }
  if (random() < analysisShare) {
    events.push(once(10_000, (moment) => smartConversation(moment, person, messageId)));
  }
  if (random() < appTypingShare) {
    events.push(once(11_000, (moment) => eventDeliveryReport(moment, person)));
  }
  return events;
}

const texts = [
  'Hello?',
  'Thanks! 🙏',
  'Where is "my" parcel?',
  'ÅÄÖ åäö',
  'Yes',
  'Can I have it on Tuesday instead?\nIn the morning.',
  '配達は明日ですか',
];
