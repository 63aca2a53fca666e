import {
  countDeadLetters,
  type Database,
  DatabaseUnavailableError,
  type DeadLetterRun,
  endRun,
  findDeadLetter,
  keepAttempts,
  noteDiscard,
  notePassedBy,
  openRun,
  type RunAction,
} from '@sinch-callbacks/db';
import { QueueUnavailableError } from '@sinch-callbacks/queue';
import { type TakenRun, takeUpRunOf } from '../runs/run-of-subject.ts';
import { withdrawLetter } from './cancel-run.ts';
import { findTargets, type Target } from './find-targets.ts';
import {
  deadCopyOf,
  type LetterAction,
  type LetterResult,
  type LetterTools,
  onlyOpen,
  type RunResult,
  type RunTools,
} from './letter-result.ts';
import {
  type LetterSelection,
  resolveSelection,
  runFilterOf,
  selectionOf,
} from './letter-selection.ts';
import { replayLetter } from './replay-letter.ts';
import type { ReplayedLetter } from './wait-for-replays.ts';

export interface RunToStart {
  readonly action: RunAction;
  readonly selection: LetterSelection;
  /** A name for the audit. */
  readonly operator: string;
  readonly startedAt: Date;
}

/** The end of a run that no failure has cut off. */
export interface RunEnd {
  readonly state: 'DONE' | 'CANCELLED';
  /** Letters whose replays are on the queue. */
  readonly replayed: readonly ReplayedLetter[];
}

/** Called with each letter's key and result, as soon as it is known. */
export type OnLetter = (eventKey: string, result: LetterResult) => void;

/**
 * Closes a dead letter for good. First a replay that waits leaves the lane and the copy leaves
 * Bull Board's list; then the database records it. After a crash in between the letter is open,
 * and a repeated command finds it. In the other order the copy would stay for ever.
 */
const discardLetter: LetterAction = async (tools, { eventKey, replays, replayedAt }) => {
  const { database, lane, runId, now, redactText } = tools;
  if (replayedAt !== undefined) await withdrawReplay(tools, eventKey, replays);
  await lane.removeDead(eventKey);
  switch (await noteDiscard(database, { runId, eventKey, at: now() })) {
    case 'stopped': {
      const letter = await findDeadLetter(database, eventKey);
      if (letter !== undefined) await lane.restoreDead(deadCopyOf(letter, redactText));
      return { kind: 'stopped' };
    }
    case 'changed':
      return { kind: 'skipped', reason: 'already resolved' };
    case 'done':
      return { kind: 'discarded' };
  }
};

const actions: Readonly<Record<RunAction, LetterAction>> = {
  REPLAY: replayLetter,
  DISCARD: discardLetter,
};

/**
 * Reports which letters a run would change, and changes nothing.
 * @throws AmbiguousKeyError or DatabaseUnavailableError.
 */
export async function previewRun(
  database: Database,
  { action, selection }: Pick<RunToStart, 'action' | 'selection'>,
  onLetter: OnLetter,
): Promise<void> {
  const kind = action === 'REPLAY' ? 'would-replay' : 'would-discard';
  for await (const target of findTargets(database, await resolveSelection(database, selection))) {
    onLetter(target.key, await onlyOpen(target, () => ({ kind })));
  }
}

/**
 * Writes the audit row of a new run. {@link performRun} does its work.
 * @throws AmbiguousKeyError or DatabaseUnavailableError.
 */
export async function startRun(database: Database, run: RunToStart): Promise<DeadLetterRun> {
  const { action, operator, startedAt } = run;
  const chosen = await resolveSelection(database, run.selection);
  const matched =
    chosen.kind === 'keys' ? chosen.keys.length : await countDeadLetters(database, chosen.filter);
  const filter = runFilterOf(chosen);
  return await openRun(database, { action, operator, filter, matched, startedAt });
}

/** Takes up a run that was cancelled or cut off, for {@link performRun}. */
export async function takeUpRun(database: Database, id: number, at: Date): Promise<TakenRun> {
  return await takeUpRunOf('letters', database, id, at);
}

/**
 * Replays or discards each letter of a run, from its cursor on, until all are done or the run is
 * cancelled. A failure is noted in the audit, if the database can still be reached. Resuming the
 * run, or starting the same one again, does the rest.
 * @throws DatabaseUnavailableError or QueueUnavailableError.
 */
export async function performRun(
  letterTools: LetterTools & Pick<RunTools, 'now'>,
  run: DeadLetterRun,
  onLetter: OnLetter,
): Promise<RunEnd> {
  const tools: RunTools = { ...letterTools, runId: run.id };
  const { database, runId, now } = tools;
  try {
    const { isStopped, replayed } = await runLetters(tools, run, onLetter);
    if (isStopped) return { state: 'CANCELLED', replayed };
    const isDone = await endRun(database, runId, { state: 'DONE', at: now() });
    if (!isDone) await withdrawLast(tools, replayed);
    return { state: isDone ? 'DONE' : 'CANCELLED', replayed };
  } catch (error) {
    const end = { state: 'FAILED', at: now(), error: codeOf(error) } as const;
    // Report the first failure. Without this note the run looks like one whose process died.
    await endRun(database, runId, end).catch(() => undefined);
    throw error;
  }
}

async function runLetters(
  tools: RunTools,
  { action, filter, cursor }: DeadLetterRun,
  onLetter: OnLetter,
): Promise<{ readonly isStopped: boolean; readonly replayed: readonly ReplayedLetter[] }> {
  const replayed: ReplayedLetter[] = [];
  for await (const target of findTargets(tools.database, selectionOf(filter), cursor)) {
    const result = await runLetter(tools, target, actions[action]);
    if (result.kind === 'stopped') {
      await withdrawLast(tools, replayed);
      return { isStopped: true, replayed };
    }
    onLetter(target.key, result);
    if (result.kind === 'replayed' || result.kind === 'under-way') {
      replayed.push({ key: target.key, deadAt: result.deadAt });
    }
  }
  return { isStopped: false, replayed };
}

/**
 * Closes a race: the command that cancels may have looked for the last job after the job was noted
 * and before it was queued.
 */
async function withdrawLast(tools: RunTools, replayed: readonly ReplayedLetter[]): Promise<void> {
  const last = replayed.at(-1);
  if (last !== undefined) await withdrawLetter(tools, last.key);
}

async function runLetter(tools: RunTools, target: Target, act: LetterAction): Promise<RunResult> {
  const result: RunResult = await onlyOpen(target, async (letter) => await act(tools, letter));
  const passedByAs = passedBy(result);
  if (passedByAs === undefined) return result;
  const step = { runId: tools.runId, eventKey: target.key, at: tools.now() };
  const noted = await notePassedBy(tools.database, step, passedByAs);
  return noted === 'stopped' ? { kind: 'stopped' } : result;
}

/** Replays and discards are noted together with the letter; letters passed by are noted here. */
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

/** Names a failure as the audit stores it. */
function codeOf(error: unknown): string {
  if (error instanceof DatabaseUnavailableError) return 'database-unavailable';
  return error instanceof QueueUnavailableError ? error.code : 'unexpected';
}

/** Takes a replay off the lane. A worker may apply one that it has, and then closes the letter. */
async function withdrawReplay(
  { database, lane }: RunTools,
  eventKey: string,
  replay: number,
): Promise<void> {
  const state = await lane.find(eventKey, replay);
  if (state.kind !== 'queued') return;
  await keepAttempts(database, eventKey, state.attempts);
  await lane.withdraw(eventKey, replay);
}
