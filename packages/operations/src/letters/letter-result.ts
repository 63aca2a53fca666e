import type { Database, DeadLetter, DeadLetterSummary, StepOutcome } from '@sinch-callbacks/db';
import { type DeadCopy, type ReplayLane, withoutQuotes } from '@sinch-callbacks/queue';
import type { Target } from './find-targets.ts';

/** The result of an operation on one dead letter. */
export type LetterResult =
  | {
      readonly kind: 'replayed';
      /** The number of this replay, counted from 1. */
      readonly replay: number;
      /** The time of the death before this replay. */
      readonly deadAt: Date;
    }
  /** Its replay is on the queue already; its outcome is not known yet. */
  | { readonly kind: 'under-way'; readonly replay: number; readonly deadAt: Date }
  | { readonly kind: 'discarded' }
  | { readonly kind: 'would-replay' | 'would-discard' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'not-found' };

/** A letter's result, or `stopped`: the run was cancelled. */
export type RunResult = LetterResult | { readonly kind: 'stopped' };

/** The opened stores that operations on letters use. The caller closes them. */
export interface LetterTools {
  readonly database: Database;
  readonly lane: ReplayLane;
  /** Applied to error messages before they go back to Bull Board. */
  readonly redactText: RedactText;
}

/** The tools of one run. */
export interface RunTools extends LetterTools {
  readonly runId: number;
  readonly now: () => Date;
}

/**
 * An operation on one open letter. Repeating it is always safe.
 * @throws DatabaseUnavailableError or QueueUnavailableError.
 */
export type LetterAction = (tools: RunTools, letter: DeadLetterSummary) => Promise<RunResult>;

/** Applies `act` to an open letter. A letter that is missing or closed is left as it is. */
export async function onlyOpen<Result>(
  { summary }: Target,
  act: (letter: DeadLetterSummary) => Promise<Result> | Result,
): Promise<Result | LetterResult> {
  if (summary === undefined) return { kind: 'not-found' };
  return summary.resolvedAt === undefined ? await act(summary) : skippedAs(summary.resolution);
}

/** @param resolution as the database holds it. */
export function skippedAs(resolution: string | undefined): LetterResult {
  return { kind: 'skipped', reason: `already ${(resolution ?? 'resolved').toLowerCase()}` };
}

const maxTries = 5;

/** Repeats a step that found its letter's row changed, a bounded number of times. */
export async function untilUnchanged(
  attempt: () => Promise<RunResult | Extract<StepOutcome, 'changed'>>,
): Promise<RunResult> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const result = await attempt();
    if (result !== 'changed') return result;
  }
  // cspell:disable-next-line: scripts compare this value.
  return { kind: 'skipped', reason: 'somebody else deals with it' };
}

/** Removes from an error's message what it quotes of a body. */
export type RedactText = (text: string) => string;

/** The copy of a letter for Bull Board: its last death, as a worker records it. */
export function deadCopyOf(letter: DeadLetter, redactText: RedactText): DeadCopy {
  const { event, history, errorClass: cause, errorMessage: message } = letter;
  const replay = Math.max(0, ...history.map((attempt) => attempt.replay));
  const attempts = history.filter((attempt) => attempt.replay === replay);
  return withoutQuotes({ event, replay, cause, message, attempts }, redactText);
}
