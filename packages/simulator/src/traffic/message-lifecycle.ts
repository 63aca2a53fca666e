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
import type { Person, SampleWorld } from '../samples/sample-context.ts';
import { deliveryReport, sentMessage, submitNotification } from '../samples/sent-messages.ts';
import { deliverySteps } from './delivery-steps.ts';
import { type Happening, openScene } from './timeline-builder.ts';

const reactionShare = 0.08;
const typingShare = 0.3;
const appTypingShare = 0.1;
const redactionShare = 0.04;
const analysisShare = 0.08;

/** The app writes to a person: submitted once for each channel, then the channel's reports. */
export function sentStory(world: SampleWorld, person: Person, beginsAtMs: number): Happening[] {
  const { random } = world;
  const scene = openScene(world, beginsAtMs);
  const message = sentMessage(world, person);
  const on = (channel: string) => ({ ...message, person: { ...person, channel } });
  const steps = deliverySteps(random, person.channel);
  const submit = (channel: string, afterMs: number) =>
    scene.tell(afterMs, 'sinch', (moment) => submitNotification(moment, on(channel)));

  const happenings = [submit(person.channel, drawLog(random, 20, 80))];
  for (const { status, channel, afterMs, clock, reason } of steps) {
    const isSwitched = channel !== person.channel && status === 'QUEUED_ON_CHANNEL';
    if (isSwitched) happenings.push(submit(channel, afterMs - 10));
    happenings.push(
      scene.tell(afterMs, clock, (moment) => deliveryReport(moment, status, on(channel), reason)),
    );
  }
  const read = steps.find(({ status }) => status === 'READ');
  if (read && random() < reactionShare) {
    const at = openScene(world, beginsAtMs + read.afterMs + drawLog(random, 1_000, 60_000));
    happenings.push(at.tell(0, 'sinch', (moment) => reaction(moment, message.messageId, person)));
  }
  return happenings;
}

/** A person writes to the app, and what comes of it. */
export function receivedStory(world: SampleWorld, person: Person, beginsAtMs: number): Happening[] {
  const { random } = world;
  const messageId = world.id();
  const once = (afterMs: number, build: SampleBuilder) =>
    openScene(world, beginsAtMs + afterMs).tell(0, 'sinch', build);
  const scene = openScene(world, beginsAtMs);
  const happenings: Happening[] = [];
  if (random() < typingShare) {
    const typing = { contact_event: { composing_event: {} } };
    happenings.push(once(0, (moment) => inboundEvent(moment, typing, person)));
  }
  const text = pick(random, texts);
  happenings.push(
    scene.tell(drawLog(random, 1_000, 8_000), 'channel', (moment) =>
      inboundMessage(moment, { text_message: { text } }, person, messageId),
    ),
  );
  if (random() < redactionShare) {
    happenings.push(once(9_000, (moment) => redactedMessage(moment, person, messageId)));
  }
  if (random() < analysisShare) {
    happenings.push(once(10_000, (moment) => smartConversation(moment, person, messageId)));
  }
  if (random() < appTypingShare) {
    happenings.push(once(11_000, (moment) => eventDeliveryReport(moment, person)));
  }
  return happenings;
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
