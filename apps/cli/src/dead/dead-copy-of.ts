import type { DeadLetter } from '@sinch-callbacks/db';
import { type DeadCopy, withoutQuotes } from '@sinch-callbacks/queue';
import { redactText } from '@sinch-callbacks/telemetry';

/** What Bull Board is to show of a letter: its last death, as the worker shows it. */
export function deadCopyOf(letter: DeadLetter): DeadCopy {
  const { event, history, errorClass: cause, errorMessage: message } = letter;
  const replay = Math.max(0, ...history.map((attempt) => attempt.replay));
  const attempts = history.filter((attempt) => attempt.replay === replay);
  return withoutQuotes({ event, replay, cause, message, attempts }, redactText);
}
