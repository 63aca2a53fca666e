import { normaliseIdentity, parseInstant } from '@sinch-callbacks/core';
import type { AppSettings, SimulatedApp } from '../account/open-account.ts';
import { type ApiReply, answer, refuse } from '../http/api-reply.ts';
import { choiceProblem, type JsonObject } from '../http/json-object.ts';
import type { StoredMessage } from './message-store.ts';
import { channels } from './send-problem.ts';

const maxPageSize = 1_000;
const usualPageSize = '10';
const dayMs = 86_400_000;
const sources = ['CONVERSATION_SOURCE', 'DISPATCH_SOURCE'];

/**
 * Lists an app's messages, the newest first. Messages of the other mode, and those older than the
 * retention, are not in it; an app that keeps none has an empty list and no error.
 */
export function listMessages(app: SimulatedApp, query: URLSearchParams, now: Date): ApiReply {
  const problem = queryProblem(query);
  if (problem !== undefined) return refuse('INVALID_ARGUMENT', problem);
  const isListed = filterOf(query, app.settings, now);
  const pageSize = Number(query.get('page_size') ?? usualPageSize);
  const token = readToken(query) ?? Number.POSITIVE_INFINITY;
  const page: JsonObject[] = [];
  let last = 0;
  for (const [position, message] of app.messages.newestFirst(token)) {
    if (!isListed(message)) continue;
    if (page.length === pageSize) {
      return answer({ messages: page, next_page_token: writeToken(last) });
    }
    page.push(writeMessage(message, app.settings));
    last = position;
  }
  return answer({ messages: page, next_page_token: '' });
}

function queryProblem(query: URLSearchParams): string | undefined {
  const given = Object.fromEntries(query);
  const size = query.get('page_size') ?? usualPageSize;
  if (!/^\d{1,4}$/.test(size) || Number(size) < 1 || Number(size) > maxPageSize) {
    return `page_size is from 1 to ${maxPageSize}`;
  }
  const times = ['start_time', 'end_time'].filter((name) => query.has(name));
  const wrongTime = times.find((name) => sortable(query, name) === undefined);
  if (wrongTime !== undefined) return `${wrongTime} must be a time`;
  const [start, end] = [sortable(query, 'start_time'), sortable(query, 'end_time')];
  if (start !== undefined && end !== undefined && start >= end) {
    return 'start_time must be before end_time';
  }
  if (query.has('page_token') && readToken(query) === undefined) return 'page_token is not known';
  if (query.get('only_recipient_originated') === 'true' && !isDispatch(query)) {
    return 'only_recipient_originated needs messages_source=DISPATCH_SOURCE';
  }
  return (
    choiceProblem(given, 'messages_source', sources) ??
    choiceProblem(given, 'channel', channels) ??
    choiceProblem(given, 'direction', ['TO_APP', 'TO_CONTACT'])
  );
}

function isDispatch(query: URLSearchParams): boolean {
  return query.get('messages_source') === 'DISPATCH_SOURCE';
}

/** Creates the filter of a query. Both times are excluded themselves. */
function filterOf(query: URLSearchParams, settings: AppSettings, now: Date) {
  const [start, end] = [sortable(query, 'start_time'), sortable(query, 'end_time')];
  const mode = isDispatch(query) ? 'DISPATCH' : 'CONVERSATION';
  const days = isDispatch(query) ? settings.dispatchRetentionDays : settings.retentionDays;
  const oldestMs = now.getTime() - days * dayMs;
  const identity = query.get('channel_identity') ?? '';
  const direction =
    query.get('only_recipient_originated') === 'true' ? 'TO_APP' : query.get('direction');
  const is = (wanted: string | null, value: string) => !wanted || wanted === value;
  return (message: StoredMessage): boolean => {
    const at = parseInstant(message.acceptTime)?.sortable ?? '';
    return (
      message.mode === mode &&
      message.acceptedAtMs > oldestMs &&
      (start === undefined || at > start) &&
      (end === undefined || at < end) &&
      is(query.get('contact_id'), message.contactId) &&
      is(query.get('conversation_id'), message.conversationId) &&
      is(query.get('channel'), message.channel) &&
      is(direction, message.direction) &&
      (identity === '' || sameIdentity(message, identity))
    );
  };
}

function sameIdentity({ channel, identity }: StoredMessage, wanted: string): boolean {
  return normaliseIdentity(channel, identity) === normaliseIdentity(channel, wanted);
}

function sortable(query: URLSearchParams, name: string): string | undefined {
  return parseInstant(query.get(name) ?? undefined)?.sortable;
}

/** Writes the position after which a page begins, so that new messages move no older one. */
function writeToken(position: number): string {
  return Buffer.from(`after:${position}`).toString('base64url');
}

function readToken(query: URLSearchParams): number | undefined {
  const text = Buffer.from(query.get('page_token') ?? '', 'base64url').toString();
  const [, position] = /^after:(\d{1,9})$/.exec(text) ?? [];
  return position === undefined ? undefined : Number(position);
}

/** Writes a message; its status only where the app keeps statuses. */
function writeMessage(message: StoredMessage, settings: AppSettings): JsonObject {
  const { channel, identity, status } = message;
  return {
    id: message.id,
    direction: message.direction,
    ...message.content,
    channel_identity: { channel, identity, app_id: '' },
    conversation_id: message.conversationId,
    contact_id: message.contactId,
    metadata: message.metadata,
    accept_time: message.acceptTime,
    sender_id: '',
    processing_mode: message.mode,
    injected: false,
    ...(settings.persistsMessageStatus && status !== undefined && { message_status: status }),
  };
}
