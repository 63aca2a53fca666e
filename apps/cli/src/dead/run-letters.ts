import { notePassedBy, type RunAction } from '@sinch-callbacks/db';
import { discardLetter } from './discard-letter.ts';
import { findTargets, type Target } from './find-targets.ts';
import {
  type LetterAction,
  type LetterResult,
  onlyOpen,
  type RunResult,
  type RunTools,
} from './letter-action.ts';
import type { LetterReport } from './letter-report.ts';
import { replayLetter } from './replay-letter.ts';
import type { Selection } from './select-letters.ts';
import type { Replayed } from './wait-for-replays.ts';
import { withdrawLetter } from './withdraw-letter.ts';

export interface LettersToRun {
  readonly action: RunAction;
  readonly selection: Selection;
  /** Go on with this letter. */
  readonly cursor: string | undefined;
}

export interface LettersRun {
  /** It was cancelled. */
  readonly isStopped: boolean;
  /** What is on the queue now. */
  readonly replayed: readonly Replayed[];
}

const actions: Readonly<Record<RunAction, LetterAction>> = {
  REPLAY: replayLetter,
  DISCARD: discardLetter,
};

/** Deals with each chosen letter and reports it, until all are done or the run is cancelled. */
export async function runLetters(
  tools: RunTools,
  { action, selection, cursor }: LettersToRun,
  report: LetterReport,
): Promise<LettersRun> {
  const replayed: Replayed[] = [];
  for await (const target of findTargets(tools.database, selection, cursor)) {
    const result = await dealWith(tools, target, actions[action]);
    if (result.kind === 'stopped') {
      await withdrawLast(tools, replayed);
      return { isStopped: true, replayed };
    }
    report.acted(target.key, result);
    if (result.kind === 'replayed' || result.kind === 'under-way') {
      replayed.push({ key: target.key, deadAt: result.deadAt });
    }
  }
  return { isStopped: false, replayed };
}

/**
 * The command that cancels may have looked for the last job after it was noted and before it was
 * queued.
 */
export async function withdrawLast(tools: RunTools, replayed: readonly Replayed[]): Promise<void> {
  const last = replayed.at(-1);
  if (last !== undefined) await withdrawLetter(tools, last.key);
}

async function dealWith(tools: RunTools, target: Target, act: LetterAction): Promise<RunResult> {
  const result: RunResult = await onlyOpen(target, async (letter) => await act(tools, letter));
  const passedByAs = passedBy(result);
  if (passedByAs === undefined) return result;
  const step = { runId: tools.runId, eventKey: target.key, at: tools.now() };
  const noted = await notePassedBy(tools.database, step, passedByAs);
  return noted === 'stopped' ? { kind: 'stopped' } : result;
}

/** Replays and discards are noted together with the letter; what is passed by is noted here. */
function passedBy({ kind }: LetterResult | RunResult): 'underWay' | 'skipped' | undefined {
  switch (kind) {
    case 'under-way':
      return 'underWay';
    case 'skipped':
    case 'not-found':
      return 'skipped';
    case 'replayed':
    case 'discarded':
    case 'stopped':
    case 'would-replay':
    case 'would-discard':
      return undefined;
  }
}
