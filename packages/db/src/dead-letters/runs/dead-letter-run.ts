import type { Database } from '../../database.ts';
import { whileAvailable } from '../../failure.ts';
import type { Prisma } from '../../generated/client.ts';

/** The action of a run on each letter that it chose. */
export type RunAction = 'REPLAY' | 'DISCARD';

/**
 * The state of a run. `RUNNING` includes a run whose process died; `FAILED` is a run that a failure
 * ended.
 */
export type RunState = 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';

/** The letters that a run chose, as JSON. `where` without a condition is every open letter. */
export type RunFilter =
  | { readonly keys: readonly string[] }
  | {
      readonly where: {
        readonly trigger?: string | undefined;
        readonly appId?: string | undefined;
        readonly errorClass?: string | undefined;
        readonly fingerprint?: string | undefined;
        /** ISO 8601. */
        readonly since?: string | undefined;
        readonly until?: string | undefined;
      };
    }
  /** Dead tasks of handlers. */
  | {
      readonly tasks: {
        readonly handler?: string | undefined;
        readonly occurrences?: readonly string[] | undefined;
        readonly trigger?: string | undefined;
        readonly appId?: string | undefined;
        readonly cause?: string | undefined;
        readonly fingerprint?: string | undefined;
        readonly since?: string | undefined;
        readonly until?: string | undefined;
      };
    };

/**
 * One command that replayed or discarded dead letters: the audit record, and the place to continue
 * from.
 */
export interface DeadLetterRun {
  readonly id: number;
  readonly action: RunAction;
  readonly state: RunState;
  readonly operator: string;
  readonly filter: RunFilter;
  /** Letters that were chosen when it began. */
  readonly matched: number;
  readonly queued: number;
  readonly discarded: number;
  /** Letters that another run had queued already. */
  readonly underWay: number;
  readonly skipped: number;
  /** Letters that a cancellation removed from the queue again. */
  readonly withdrawn: number;
  /** The event key of the last letter that was dealt with. */
  readonly cursor: string | undefined;
  readonly error: string | undefined;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | undefined;
}

export interface RunToOpen {
  readonly action: RunAction;
  /** The name of the operator, for the audit. */
  readonly operator: string;
  readonly filter: RunFilter;
  readonly matched: number;
  readonly startedAt: Date;
}

export async function openRun({ prisma }: Database, run: RunToOpen): Promise<DeadLetterRun> {
  const filter = JSON.parse(JSON.stringify(run.filter)) as Prisma.InputJsonValue;
  const row = await whileAvailable(() =>
    prisma.deadLetterRun.create({
      data: { ...run, filter, state: 'RUNNING', updatedAt: run.startedAt },
    }),
  );
  return runOf(row);
}

export async function findRun(
  { prisma }: Database,
  id: number,
): Promise<DeadLetterRun | undefined> {
  const row = await whileAvailable(() => prisma.deadLetterRun.findUnique({ where: { id } }));
  return row === null ? undefined : runOf(row);
}

/** Lists runs, the latest first. */
export async function listRuns(
  { prisma }: Database,
  limit: number,
): Promise<readonly DeadLetterRun[]> {
  const rows = await whileAvailable(() =>
    prisma.deadLetterRun.findMany({ orderBy: { id: 'desc' }, take: limit }),
  );
  return rows.map(runOf);
}

/**
 * Ends a run that has come to its end. Returns false where the run was cancelled meanwhile, which
 * stays.
 */
export async function endRun(
  { prisma }: Database,
  id: number,
  end: { readonly state: 'DONE' | 'FAILED'; readonly at: Date; readonly error?: string },
): Promise<boolean> {
  const { state, at, error } = end;
  const data = { state, error: error ?? null, updatedAt: at, finishedAt: at };
  const { count } = await whileAvailable(() =>
    prisma.deadLetterRun.updateMany({ where: { id, state: 'RUNNING' }, data }),
  );
  return count > 0;
}

/**
 * Cancels a run. Its process, on whatever machine, stops before the next letter. A run that is
 * DONE stays so.
 */
export async function cancelRun({ prisma }: Database, id: number, at: Date): Promise<void> {
  await whileAvailable(() =>
    prisma.deadLetterRun.updateMany({
      where: { id, state: { in: ['RUNNING', 'FAILED'] } },
      data: { state: 'CANCELLED', error: null, updatedAt: at, finishedAt: at },
    }),
  );
}

/** Resumes a run that is not DONE. Returns false for one that is. */
export async function resumeRun({ prisma }: Database, id: number, at: Date): Promise<boolean> {
  const { count } = await whileAvailable(() =>
    prisma.deadLetterRun.updateMany({
      where: { id, state: { not: 'DONE' } },
      data: { state: 'RUNNING', error: null, updatedAt: at, finishedAt: null },
    }),
  );
  return count > 0;
}

/** Reads a run. Only {@link openRun} fills the column `filter`, from the same type. */
function runOf(row: Prisma.DeadLetterRunGetPayload<object>): DeadLetterRun {
  return {
    ...row,
    filter: row.filter as unknown as RunFilter,
    cursor: row.cursor ?? undefined,
    error: row.error ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}
