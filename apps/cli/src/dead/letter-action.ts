import type { Database, DeadLetterSummary, StepOutcome } from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';
import type { Target } from './find-targets.ts';

/** What was done with one dead letter. */
export type LetterResult =
  | {
      readonly kind: 'replayed';
      /** How many times it has been by now. */
      readonly replay: number;
      /** When it had died, before. */
      readonly deadAt: Date;
    }
  /** It is on the queue already; nothing is known yet of how that goes. */
  | { readonly kind: 'under-way'; readonly replay: number; readonly deadAt: Date }
  | { readonly kind: 'discarded' }
  | { readonly kind: 'would-replay' | 'would-discard' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'not-found' };

/** The same, unless the run was cancelled: then nothing was done. */
export type RunResult = LetterResult | { readonly kind: 'stopped' };

/** What a run works with. */
export interface RunTools {
  readonly database: Database;
  readonly lane: ReplayLane;
  readonly runId: number;
  readonly now: () => Date;
}

/**
 * Deals with an open letter.
 * @throws DatabaseUnavailableError or QueueUnavailableError. Doing it again is always safe.
 */
export type LetterAction = (tools: RunTools, letter: DeadLetterSummary) => Promise<RunResult>;

/** Leaves alone what is not there or not open any more, and does the rest. */
export async function onlyOpen<Result>(
  { summary }: Target,
  act: (letter: DeadLetterSummary) => Promise<Result> | Result,
): Promise<Result | LetterResult> {
  if (summary === undefined) return { kind: 'not-found' };
  return summary.resolvedAt === undefined ? await act(summary) : skippedAs(summary.resolution);
}

/** @param resolution as the database has it. */
export function skippedAs(resolution: string | undefined): LetterResult {
  return { kind: 'skipped', reason: `already ${(resolution ?? 'resolved').toLowerCase()}` };
}

/** Steps that the letter's row itself refuses are tried again with what it has become. */
export async function untilUnchanged(
  attempt: () => Promise<RunResult | Extract<StepOutcome, 'changed'>>,
): Promise<RunResult> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const result = await attempt();
    if (result !== 'changed') return result;
  }
  return { kind: 'skipped', reason: 'somebody else deals with it' };
}

const maxTries = 5;
