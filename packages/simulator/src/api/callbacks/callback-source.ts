import { setTimeout as sleep } from 'node:timers/promises';
import { drawLog, type Random } from '../../random.ts';
import { contactNotification, conversationNotification } from '../../samples/contacts.ts';
import { inboundMessage } from '../../samples/inbound-messages.ts';
import type { CallbackBody, Person, SampleContext } from '../../samples/sample-context.ts';
import {
  deliveryReport,
  type SentMessage,
  submitNotification,
} from '../../samples/sent-messages.ts';
import {
  type DeliveryStep,
  type OutcomeShares,
  outcomeSteps,
} from '../../traffic/delivery-steps.ts';
import type { SimulatedApp } from '../account/open-account.ts';
import type { SinchClock } from '../account/sinch-clock.ts';
import { type JsonObject, objectIn, textIn } from '../http/json-object.ts';
import type { Conversation, Identity } from '../messages/contact-book.ts';
import type { StoredMessage } from '../messages/message-store.ts';
import type { TruthRecorder } from '../truth.ts';
import type { CallbackOutbox } from './callback-outbox.ts';

/** A send that broke no rule. */
export interface AcceptedSend {
  readonly conversation: Conversation;
  readonly to: Identity;
  readonly body: JsonObject;
  /** The time that it waits in the outbound queue, by the machine's clock. */
  readonly waitMs: number;
  /** It is not sent to its channel later than this. */
  readonly ttlMs: number;
  readonly reportsFirst: boolean;
}

/** The part of Sinch that stores messages and makes their callbacks. */
export interface CallbackSource {
  /** `firstReported` resolves at once, unless the first reports come before the answer. */
  acceptSend(
    app: SimulatedApp,
    send: AcceptedSend,
  ): { readonly message: StoredMessage; readonly firstReported: Promise<void> };
  /** Makes the callbacks of a new contact and its conversation. */
  announce(app: SimulatedApp, conversation: Conversation): void;
  /** Gives a contact its next conversation, with the callback of that. */
  beginConversation(app: SimulatedApp, contact: Conversation): void;
  /** Makes the callback of a contact or a conversation that is deleted. */
  announceDeletion(app: SimulatedApp, contact: Conversation, of: 'contact' | 'conversation'): void;
  /** Stores a message from a person, and makes its MESSAGE_INBOUND. */
  acceptInbound(
    app: SimulatedApp,
    conversation: Conversation,
    from: Identity,
    text: string,
  ): StoredMessage;
}

export interface CallbackSourceOptions {
  readonly context: SampleContext;
  readonly clock: SinchClock;
  readonly random: Random;
  readonly outcomes: OutcomeShares;
  readonly truth: TruthRecorder;
  readonly newId: () => string;
  readonly outboxOf: (app: SimulatedApp) => CallbackOutbox;
}

/** With callbacks that come first, an answer waits no longer for them. */
const maxHoldMs = 2_000;

export function createCallbackSource(options: CallbackSourceOptions): CallbackSource {
  const { context, clock, random, outcomes, truth, newId, outboxOf } = options;

  /** Creates the context of one callback, with the app's ids and these times. */
  function momentOf(app: SimulatedApp, accepted: string, event: string): SampleContext {
    const { projectId, settings } = app;
    const times = { now: () => event, acceptedTime: () => accepted, eventTime: () => event };
    return { ...context, projectId, appId: settings.appId, id: newId, ...times };
  }

  function store(
    app: SimulatedApp,
    conversation: Conversation,
    { channel, identity }: Identity,
    own: Pick<StoredMessage, 'direction' | 'metadata' | 'content'>,
  ): StoredMessage {
    const { text: acceptTime, atMs: acceptedAtMs } = clock.next();
    const { contactId, conversationId, mode } = conversation;
    const where = { channel, identity, contactId, conversationId, mode };
    const times = { acceptTime, acceptedAtMs, status: undefined };
    const message: StoredMessage = { id: newId(), ...own, ...where, ...times };
    const { retentionDays, dispatchRetentionDays } = app.settings;
    const days = mode === 'DISPATCH' ? dispatchRetentionDays : retentionDays;
    if (days > 0) app.messages.add(message);
    return message;
  }

  /** Posts the callback of a change of a contact or its conversation. */
  function postNotification(
    app: SimulatedApp,
    contact: Conversation,
    write: (moment: SampleContext, person: Person) => CallbackBody,
  ): void {
    const [identity] = contact.identities;
    if (identity === undefined) return;
    const { text } = clock.next();
    void outboxOf(app).post({
      body: write(momentOf(app, text, text), personOf(contact, identity)),
    });
  }

  return {
    acceptSend(app, { conversation, to, body, waitMs, ttlMs, reportsFirst }) {
      const content = objectIn(body, 'message');
      const message = store(app, conversation, to, {
        direction: 'TO_CONTACT',
        metadata: textIn(body, 'message_metadata'),
        content: { app_message: content },
      });
      const isExpired = waitMs > ttlMs;
      const steps = isExpired ? [expiredStep(to)] : outcomeSteps(random, to.channel, outcomes);
      if (!isExpired) {
        truth.phoneReceived(to.channel, to.identity, {
          messageId: message.id,
          metadata: message.metadata,
          text: textIn(objectIn(content, 'text_message'), 'text'),
          failed: steps.at(-1)?.status === 'FAILED',
        });
      }

      const outbox = outboxOf(app);
      const sent = (): SentMessage => ({
        messageId: message.id,
        person: personOf(conversation, to),
        metadata: message.metadata,
        mode: conversation.mode,
        content,
        correlationId: conversation.correlationId,
      });
      const submit = async () => {
        const moment = momentOf(app, message.acceptTime, clock.next().text);
        await outbox.post({ body: submitNotification(moment, sent()), messageId: message.id });
      };
      const report = async ({ status, clock: whose, reason }: (typeof steps)[number]) => {
        const at = whose === 'sinch' ? clock.next().text : clock.channelTime();
        message.status = { status, event_time: at };
        await outbox.post({
          body: deliveryReport(momentOf(app, message.acceptTime, at), status, sent(), reason),
          messageId: message.id,
          callbackUrl: textIn(body, 'callback_url'),
        });
      };

      if (isExpired) {
        // It never leaves the queue, so no submit comes before its one report.
        for (const step of steps) outbox.after(step.afterMs, ttlMs, () => void report(step));
        return { message, firstReported: Promise.resolve() };
      }
      const [first, ...later] = steps;
      const following = reportsFirst ? later : steps;
      for (const step of following) {
        outbox.after(step.afterMs, waitMs, () => void report(step));
      }
      if (!reportsFirst) {
        outbox.after(drawLog(random, 20, 80), waitMs, () => void submit());
        return { message, firstReported: Promise.resolve() };
      }
      const reported = Promise.all([submit(), ...(first === undefined ? [] : [report(first)])]);
      return { message, firstReported: withinMs(reported, maxHoldMs) };
    },

    announce(app, conversation) {
      postNotification(app, conversation, (moment, person) =>
        contactNotification(moment, 'create', person),
      );
      postNotification(app, conversation, (moment, person) =>
        conversationNotification(moment, 'start', person),
      );
    },

    beginConversation(app, contact) {
      contact.conversationId = newId();
      postNotification(app, contact, (moment, person) =>
        conversationNotification(moment, 'start', person),
      );
    },

    announceDeletion(app, contact, of) {
      const notification = of === 'contact' ? contactNotification : conversationNotification;
      postNotification(app, contact, (moment, person) => notification(moment, 'delete', person));
    },

    acceptInbound(app, conversation, from, text) {
      const content = { text_message: { text } };
      const message = store(app, conversation, from, {
        direction: 'TO_APP',
        metadata: '',
        content: { contact_message: { reply_to: null, ...content } },
      });
      const moment = momentOf(app, message.acceptTime, message.acceptTime);
      const { metadata, correlationId } = conversation;
      const body = inboundMessage(moment, content, personOf(conversation, from), message.id);
      const last = { message_metadata: metadata, correlation_id: correlationId };
      void outboxOf(app).post({ body: { ...body, ...last }, messageId: message.id });
      return message;
    },
  };
}

/** Makes the report of a message that was in the outbound queue for longer than its ttl. */
function expiredStep({ channel }: Identity): DeliveryStep {
  const description = 'The message expired before it was sent.';
  const reason = { code: 'MESSAGE_EXPIRED', description, sub_code: 'UNSPECIFIED_SUB_CODE' };
  return { status: 'FAILED', channel, afterMs: 0, clock: 'sinch', reason };
}

function personOf(conversation: Conversation, { channel, identity }: Identity): Person {
  const { contactId, conversationId, mode } = conversation;
  return { contactId, conversationId, channel, phone: identity, name: 'Local contact', mode };
}

async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  await Promise.race([work, sleep(ms, undefined, { ref: false })]);
}
