import {
  cancelRun,
  type Database,
  type DeadLetterRun,
  findRun,
  resumeRun,
} from '@sinch-callbacks/db';

/** The things that a run is about: dead letters, or dead tasks of handlers. */
export type RunSubject = 'letters' | 'tasks';

export type TakenRun =
  | { readonly kind: 'taken'; readonly run: DeadLetterRun }
  | { readonly kind: 'not-found' }
  /** It is about the other subject, whose command takes it up. */
  | { readonly kind: 'other-subject' }
  /** It has finished; nothing is left to resume. */
  | { readonly kind: 'done' };

/**
 * Takes up a run that was cancelled or cut off.
 * @throws DatabaseUnavailableError.
 */
export async function takeUpRunOf(
  subject: RunSubject,
  database: Database,
  id: number,
  at: Date,
): Promise<TakenRun> {
  const run = await findRun(database, id);
  if (run === undefined) return { kind: 'not-found' };
  if (subjectOf(run) !== subject) return { kind: 'other-subject' };
  const isTaken = await resumeRun(database, id, at);
  return isTaken ? { kind: 'taken', run } : { kind: 'done' };
}

export type CancelledRun<Withdrawn> =
  | {
      readonly kind: 'cancelled';
      /** As it is now. A run that has finished stays `DONE`, if nothing of it was withdrawn. */
      readonly run: DeadLetterRun;
      readonly withdrawn: Withdrawn;
    }
  /** It is about the other subject, and goes on. */
  | { readonly kind: 'other-subject' }
  | { readonly kind: 'not-found' };

/**
 * Stops a run, also one of another process, and takes back what has not begun.
 * @param withdraw is called when the run replays nothing more.
 * @throws DatabaseUnavailableError, or the error of `withdraw`.
 */
export async function cancelRunOf<Withdrawn>(
  subject: RunSubject,
  database: Database,
  { id, at }: { readonly id: number; readonly at: Date },
  withdraw: () => Promise<Withdrawn>,
): Promise<CancelledRun<Withdrawn>> {
  const before = await findRun(database, id);
  if (before === undefined) return { kind: 'not-found' };
  if (subjectOf(before) !== subject) return { kind: 'other-subject' };
  // First, so that the run's process replays nothing behind the withdrawal.
  await cancelRun(database, id, at);
  const withdrawn = await withdraw();
  const run = await findRun(database, id);
  return run === undefined ? { kind: 'not-found' } : { kind: 'cancelled', run, withdrawn };
}

function subjectOf({ filter }: DeadLetterRun): RunSubject {
  return 'tasks' in filter ? 'tasks' : 'letters';
}
