import type { DeadLetter } from '@sinch-callbacks/db';
import { type DeadCopy, withoutQuotes } from '@sinch-callbacks/queue';

/** Removes from an error's message what it quotes of a body. */
export type RedactText = (text: string) => string;

/** The copy of a letter for Bull Board: its last death, as a worker records it. */
export function deadCopyOf(letter: DeadLetter, redactText: RedactText): DeadCopy {
  const { event, history, errorClass: cause, errorMessage: message } = letter;
  const replay = Math.max(0, ...history.map((attempt) => attempt.replay));
  const attempts = history.filter((attempt) => attempt.replay === replay);
  return withoutQuotes({ event, replay, cause, message, attempts }, redactText);
}
