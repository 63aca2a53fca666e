import { rawBodyBytes } from '@sinch-callbacks/core';
import {
  type Database,
  digestOfEvent,
  pageStoredEvents,
  type StoredEventFilter,
} from '@sinch-callbacks/db';
import { type ForwardTarget, sendForward } from '@sinch-callbacks/handlers';
import type { ForwardReport } from './forward-report.ts';

/** A receiver that is down would otherwise cost a whole timeout for each of millions of events. */
export const maxUnansweredInARow = 5;

export type SendingEnd =
  | { readonly kind: 'done' }
  /** The receiver has stopped answering. `from` is when the first of these events was received. */
  | { readonly kind: 'silent'; readonly from: string };

/**
 * Sends stored callbacks to a receiver, the oldest first. Each has the same id whenever it is sent.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function sendStored(
  database: Database,
  target: ForwardTarget,
  filter: StoredEventFilter,
  { sent }: Pick<ForwardReport, 'sent'>,
): Promise<SendingEnd> {
  let unanswered: string[] = [];
  for await (const page of pageStoredEvents(database, filter)) {
    for (const event of page) {
      const rawBody = rawBodyBytes(event.rawBody);
      const answer = await sendForward(target, { id: digestOfEvent(event), rawBody });
      sent(event.key, answer);
      unanswered = answer.kind === 'answered' ? [] : [...unanswered, event.receivedAt];
      const [from] = unanswered;
      if (from !== undefined && unanswered.length >= maxUnansweredInARow) {
        return { kind: 'silent', from };
      }
    }
  }
  return { kind: 'done' };
}
