import { drawLog, pickWeighted } from '../random.ts';
import {
  capabilityNotification,
  consentNotification,
  contactMerge,
  contactNotification,
  conversationNotification,
  duplicatedIdentities,
} from '../samples/contacts.ts';
import { inboundMessage } from '../samples/inbound-messages.ts';
import type { SampleBuilder } from '../samples/sample-callbacks.ts';
import type { Person, SampleContext } from '../samples/sample-context.ts';
import { createTimelineBuilder, type TimelineEvent } from './timeline-builder.ts';

const channelWeights = { SMS: 30, WHATSAPP: 30, RCS: 20, TELEGRAM: 8, MESSENGER: 7, VIBERBM: 5 };
const dispatchShare = 0.3;

/** Creates a person; in DISPATCH mode Sinch has neither a contact nor a conversation. */
export function createPerson(context: SampleContext): Person {
  const known = { ...context.person(), channel: pickWeighted(context.random, channelWeights) };
  if (context.random() >= dispatchShare) return known;
  return { ...known, contactId: '', conversationId: '', mode: 'DISPATCH' };
}

/** Creates a person's first events: a contact, a conversation and, for some, an opt-in. */
export function arrivalLifecycle(
  context: SampleContext,
  person: Person,
  beginsAtMs: number,
): TimelineEvent[] {
  const chance = (share: number) => context.random() < share;
  const isKept = person.mode === 'CONVERSATION';
  return inSequence(context, beginsAtMs, [
    isKept && ((moment) => contactNotification(moment, 'create', person)),
    isKept && ((moment) => conversationNotification(moment, 'start', person)),
    person.channel === 'RCS' && ((moment) => capabilityNotification(moment, person)),
    chance(0.5) && ((moment) => consentNotification(moment, 'opt_in', 'SUCCEEDED', person)),
    isKept && chance(0.2) && ((moment) => contactNotification(moment, 'update', person)),
  ]);
}

/** Creates a person's last events. `other` is a contact that may turn out to be the same person. */
export function departureLifecycle(
  context: SampleContext,
  person: Person,
  other: Person | undefined,
  beginsAtMs: number,
): TimelineEvent[] {
  const chance = (share: number) => context.random() < share;
  const isKept = person.mode === 'CONVERSATION';
  const same = isKept && other?.mode === 'CONVERSATION' ? other : undefined;
  return inSequence(context, beginsAtMs, [
    ...(chance(0.15) ? stop(person) : []),
    same && chance(0.04) && ((moment) => duplicatedIdentities(moment, person, same)),
    same && chance(0.06) && ((moment) => contactMerge(moment, person, same)),
    isKept && chance(0.5) && ((moment) => conversationNotification(moment, 'stop', person)),
    isKept && chance(0.1) && ((moment) => conversationNotification(moment, 'delete', person)),
    isKept && chance(0.06) && ((moment) => contactNotification(moment, 'delete', person)),
  ]);
}

/** Builds an opt-out: the text STOP, and the channel's notification, which may be a failure. */
function stop(person: Person): SampleBuilder[] {
  const text = { text_message: { text: 'STOP' } };
  return [
    (moment) => inboundMessage(moment, text, person),
    (moment) => {
      const outcome = moment.random() < 0.9 ? 'SUCCEEDED' : 'FAILED';
      return consentNotification(moment, 'opt_out', outcome, person);
    },
  ];
}

/** Creates events one after the other, a little apart. */
function inSequence(
  context: SampleContext,
  beginsAtMs: number,
  builders: readonly (SampleBuilder | false | undefined)[],
): TimelineEvent[] {
  let atMs = beginsAtMs;
  return builders.flatMap((build) => {
    if (!build) return [];
    atMs += drawLog(context.random, 5, 2_000);
    return [createTimelineBuilder(context, atMs).createEvent(0, 'sinch', build)];
  });
}
