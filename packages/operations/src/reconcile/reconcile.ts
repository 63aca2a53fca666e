import { type CallbackEvent, readMarker } from '@sinch-callbacks/core';
import { type Database, type ExpectedCallback, findUnknownMessages } from '@sinch-callbacks/db';
import { findUncertain, settleFound } from '@sinch-callbacks/outbound';
import { type CallbackProducer, QueueUnavailableError } from '@sinch-callbacks/queue';
import type { MessageEntry, SinchApi } from '@sinch-callbacks/sinch-api';
import { type AppOfMessages, expectedCallbackOf, makeEvent } from './make-event.ts';
import { pageMessages } from './page-messages.ts';
import type { KeptMessages } from './read-kept.ts';

export interface ReconcileTools {
  readonly database: Pick<Database, 'pool'>;
  readonly api: Pick<SinchApi, 'messages'>;
  /** Absent in a dry run, which changes nothing. */
  readonly producer: Pick<CallbackProducer, 'enqueue'> | undefined;
}

export interface ReconcileRange extends AppOfMessages {
  readonly kept: KeptMessages;
  readonly since: Date;
  /** Not after {@link latestEnd}: the callback of a newer message may still be on its way. */
  readonly until: Date;
}

/** One thing that Sinch's list shows, and the database does not have. */
export type ReconcileFinding =
  /** Its callback never came. The event of it is queued now, unless it is a dry run. */
  | {
      readonly kind: 'inbound' | 'submit';
      readonly messageId: string;
      readonly acceptedAt: string | undefined;
      readonly eventKey: string;
    }
  /** Sinch has sent an UNCERTAIN outbound message: it is SENT now, unless it is a dry run. */
  | { readonly kind: 'uncertain'; readonly messageId: string; readonly outboundId: string }
  /** No event can be made of this message. `messageId` is what the list has for it, if anything. */
  | { readonly kind: 'unusable'; readonly messageId: string | undefined; readonly reason: string };

export const findingKinds = ['inbound', 'submit', 'uncertain', 'unusable'] as const;

export interface ReconcileEnd {
  /** Messages that were compared with the database. */
  readonly compared: number;
  /** False where a bound ended it: older messages are left. */
  readonly isComplete: boolean;
  /** The end of the range that is left, where it is not complete and that is known. */
  readonly goOnUntil: Date | undefined;
}

/** A callback may need so long to come, while it is neither late nor missed. */
const onItsWayMs = 300_000;

/** Returns the latest end of a range. */
export function latestEnd(now: Date): Date {
  return new Date(now.getTime() - onItsWayMs);
}

/**
 * Compares what Sinch keeps with the database, page by page, and queues an event for each callback
 * that was missed. It holds one page in memory. It can be repeated, also by several processes at
 * once: an event is applied once, and yields to its callback.
 * @param onFinding is called for each finding once it is queued or settled, so that a caller knows
 * what was done before an error.
 * @throws SinchApiError, DatabaseUnavailableError, pg's error or QueueUnavailableError.
 */
export async function reconcile(
  tools: ReconcileTools,
  range: ReconcileRange,
  onFinding: (finding: ReconcileFinding) => void,
): Promise<ReconcileEnd> {
  let compared = 0;
  const left: (Date | undefined)[] = [];
  for (const { source } of range.kept.stores) {
    const pages = pageMessages(tools.api, { ...range, source });
    let oldest: MessageEntry | undefined;
    let page = await pages.next();
    for (; !page.done; page = await pages.next()) {
      await reconcilePage(tools, range, page.value, onFinding);
      compared += page.value.length;
      oldest = page.value.at(-1) ?? oldest;
    }
    if (!page.value) left.push(endAfter(oldest));
  }
  return { compared, isComplete: left.length === 0, goOnUntil: latestOf(left) };
}

/** An end of a range is not in it, and several messages may have one time. */
const rangeOverlapMs = 1_000;

/** Returns the end of a range that begins with this message; `undefined` where it has no time. */
function endAfter(oldest: MessageEntry | undefined): Date | undefined {
  const at = Date.parse(String(oldest?.accept_time));
  return Number.isNaN(at) ? undefined : new Date(at + rangeOverlapMs);
}

/** Two stores may be left at different times: the later one leaves out nothing of either. */
function latestOf(ends: readonly (Date | undefined)[]): Date | undefined {
  if (ends.includes(undefined)) return undefined;
  return ends.reduce((one, other) => (one && other && one > other ? one : other), undefined);
}

async function reconcilePage(
  tools: ReconcileTools,
  range: ReconcileRange,
  entries: readonly MessageEntry[],
  onFinding: (finding: ReconcileFinding) => void,
): Promise<void> {
  const listed: [MessageEntry, ExpectedCallback][] = [];
  for (const entry of entries) {
    const callback = expectedCallbackOf(entry);
    if ('reason' in callback) onFinding(unusable(entry, callback.reason));
    else listed.push([entry, callback]);
  }
  const expected = listed.filter(([, callback]) => isCompared(callback, range.kept));
  const unknown = await findUnknownMessages(
    tools.database,
    expected.map(([, callback]) => callback),
  );
  for (const [entry, callback] of expected) {
    if (!unknown.has(callback.messageId)) continue;
    const made = makeEvent(entry, callback, range, new Date());
    if (made.kind === 'unusable') {
      onFinding(unusable(entry, made.reason));
      continue;
    }
    await queue(tools, made.event);
    const { messageId, trigger } = callback;
    const kind = trigger === 'MESSAGE_INBOUND' ? 'inbound' : 'submit';
    const { key: eventKey } = made.event;
    onFinding({ kind, messageId, acceptedAt: entry.accept_time, eventKey });
  }
  const sent = listed.flatMap(([entry]) => (entry.direction === 'TO_CONTACT' ? entry : []));
  await settleUncertain(tools, sent, onFinding);
}

function isCompared({ trigger }: ExpectedCallback, { sendsSubmits }: KeptMessages): boolean {
  return trigger === 'MESSAGE_INBOUND' || sendsSubmits;
}

async function queue({ producer }: ReconcileTools, event: CallbackEvent): Promise<void> {
  const outcome = await producer?.enqueue(event);
  if (outcome?.kind === 'unavailable') throw new QueueUnavailableError(outcome.reason);
}

/** The list proves that Sinch has accepted a message whose request had no answer. */
async function settleUncertain(
  { database, producer }: ReconcileTools,
  sent: readonly MessageEntry[],
  onFinding: (finding: ReconcileFinding) => void,
): Promise<void> {
  const messageIds = new Map<string, string>();
  for (const { id, metadata } of sent) {
    const { outboundId } = readMarker(metadata);
    if (outboundId !== undefined) messageIds.set(outboundId, id);
  }
  const ids = await findUncertain(database, [...messageIds.keys()]);
  const found = new Map(ids.map((id) => [id, messageIds.get(id) ?? '']));
  if (producer !== undefined) await settleFound(database, found);
  for (const [outboundId, messageId] of found) {
    onFinding({ kind: 'uncertain', messageId, outboundId });
  }
}

const maxShownId = 200;

/** Reports a message by its id, cut so that it can be shown. */
function unusable(entry: MessageEntry, reason: string): ReconcileFinding {
  const { id } = Object(entry) as Partial<MessageEntry>;
  const messageId = typeof id === 'string' && id !== '' ? id.slice(0, maxShownId) : undefined;
  return { kind: 'unusable', messageId, reason };
}
