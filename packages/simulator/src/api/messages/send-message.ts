import type { SimulatedApp } from '../account/open-account.ts';
import type { CallbackSource } from '../callbacks/callback-source.ts';
import { type ApiReply, answer, refuse } from '../http/api-reply.ts';
import { isJsonObject, type JsonObject, listIn, objectIn, textIn } from '../http/json-object.ts';
import type { Conversation, Identity } from './contact-book.ts';
import { continueWith, openConversation } from './open-conversation.ts';
import { sendProblem } from './send-problem.ts';

/** The result of a send: the answer, and the moment from which it may be given. */
export interface SendResult {
  readonly reply: ApiReply;
  readonly mayAnswer: Promise<void>;
}

/**
 * Accepts a message to a phone and starts its callbacks. As at Sinch, the same request twice is two
 * messages: there is no idempotency key.
 */
export function sendMessage(
  app: SimulatedApp,
  body: JsonObject,
  source: CallbackSource,
  reportsFirst: boolean,
): SendResult {
  const problem = sendProblem(body);
  if (problem !== undefined) return refused(refuse('INVALID_ARGUMENT', problem));
  const isDispatch =
    app.settings.mode === 'DISPATCH' || textIn(body, 'processing_strategy') === 'DISPATCH_ONLY';
  const contactId = textIn(objectIn(body, 'recipient'), 'contact_id');
  if (isDispatch && contactId !== '') {
    const message = 'DISPATCH mode has no contacts: name the recipient with identified_by';
    return refused(refuse('INVALID_ARGUMENT', message));
  }
  const contact = app.contacts.findContact(contactId);
  if (contactId !== '' && contact === undefined) {
    return refused(refuse('NOT_FOUND', `there is no contact ${contactId}`));
  }
  const identities = contact?.identities ?? identitiesIn(body);
  const to = chooseIdentity(identities, listIn(body, 'channel_priority_order'));
  if (to === undefined) {
    const message = 'channel_priority_order has no channel of the recipient';
    return refused(refuse('INVALID_ARGUMENT', message));
  }
  const waitMs = app.queue.take();
  if (waitMs === undefined) {
    return refused(refuse('RESOURCE_EXHAUSTED', "the app's outbound queue is full"));
  }

  const mode = isDispatch ? 'DISPATCH' : 'CONVERSATION';
  const conversation = contact
    ? continueWith(app, source, contact)
    : openConversation(app, source, mode, identities);
  rememberLast(conversation, body);
  const { message, firstReported } = source.acceptSend(app, {
    conversation,
    to,
    body,
    waitMs,
    ttlMs: ttlMsOf(body),
    reportsFirst,
  });
  return {
    reply: answer({ message_id: message.id, accepted_time: message.acceptTime }),
    mayAnswer: firstReported,
  };
}

/** Without a ttl a message waits for as long as it must. */
function ttlMsOf(body: JsonObject): number {
  const ttl = textIn(body, 'ttl');
  return ttl === '' ? Number.POSITIVE_INFINITY : Number.parseInt(ttl, 10) * 1_000;
}

function refused(reply: ApiReply): SendResult {
  return { reply, mayAnswer: Promise.resolve() };
}

function identitiesIn(body: JsonObject): Identity[] {
  const by = objectIn(objectIn(body, 'recipient'), 'identified_by');
  return listIn(by, 'channel_identities')
    .filter(isJsonObject)
    .map((entry) => ({ channel: textIn(entry, 'channel'), identity: textIn(entry, 'identity') }));
}

/** Chooses the identity on the first channel of the order, or the first identity without one. */
function chooseIdentity(
  identities: readonly Identity[],
  order: readonly unknown[],
): Identity | undefined {
  if (order.length === 0) return identities[0];
  return order
    .map((name) => identities.find(({ channel }) => channel === name))
    .find((found) => found !== undefined);
}

/** Keeps the last metadata and correlation id, which later callbacks of the conversation carry. */
function rememberLast(conversation: Conversation, body: JsonObject): void {
  const given = body['conversation_metadata'];
  if (isJsonObject(given)) {
    const isMerged = textIn(body, 'conversation_metadata_update_strategy') === 'MERGE_PATCH';
    const before = isMerged && conversation.metadata !== '' ? conversation.metadata : '{}';
    const merged = Object.entries({ ...(JSON.parse(before) as JsonObject), ...given });
    const set = isMerged ? merged.filter(([, value]) => value !== null) : merged;
    conversation.metadata = JSON.stringify(Object.fromEntries(set));
  }
  const correlationId = textIn(body, 'correlation_id');
  if (correlationId !== '') conversation.correlationId = correlationId;
}
