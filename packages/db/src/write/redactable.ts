import type { CallbackEvent } from '@sinch-callbacks/core';
import type { EventToWrite } from './event-to-write.ts';

/** The part of a transaction that a redaction may be about, or that is one. */
export interface Redactable {
  /** Messages that it writes something about. */
  readonly messageIds: readonly string[];
  /** Events whose message is not known: their bodies may name one that was redacted. */
  readonly unknown: readonly CallbackEvent[];
  /** It redacts. */
  readonly redacts: boolean;
  /** It writes what only the lock keeps apart from a redaction at the same time. */
  readonly needsLock: boolean;
}

export function redactableOf(events: readonly EventToWrite[]): Redactable {
  const messageIds: string[] = [];
  const unknown: CallbackEvent[] = [];
  let [redacts, isAnalysis] = [false, false];
  for (const { event, decision } of events) {
    if (decision.kind === 'keep') {
      unknown.push(event);
      continue;
    }
    const { messages, messageAnalyses } = decision.facts;
    for (const { direction, sinchMessageId } of messages) {
      if (direction === 'TO_APP') messageIds.push(sinchMessageId);
    }
    for (const { sinchMessageId } of messageAnalyses) messageIds.push(sinchMessageId);
    isAnalysis ||= messageAnalyses.length > 0;
    redacts ||= decision.trigger === 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION';
  }
  return { messageIds, unknown, redacts, needsLock: isAnalysis || unknown.length > 0 };
}

const maxNames = 2_000;
/** JSON has no control character in a string, and Postgres takes no NUL. */
const quotedText = /"([^"\\\p{Cc}]{1,200})"/gu;
const idLike = /\b[0-9A-Za-z]{16,64}\b/g;

/** What may be a message's id in a body of which nothing else is known. */
export function namesIn(bodyText: string): readonly string[] {
  const names = new Set<string>();
  for (const [, text] of bodyText.matchAll(quotedText)) {
    if (text !== undefined && names.size < maxNames) names.add(text);
  }
  for (const [text] of bodyText.matchAll(idLike)) if (names.size < maxNames) names.add(text);
  return [...names];
}
