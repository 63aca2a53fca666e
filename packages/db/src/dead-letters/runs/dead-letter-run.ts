import type { Database } from '../../database.ts';
import { whileAvailable } from '../../failure.ts';
import type { Prisma } from '../../generated/client.ts';

/** What a run does with each letter that it chose. */
export type RunAction = 'REPLAY' | 'DISCARD';

/** `RUNNING` is also one whose process died; `FAILED` one that a failure has cut off. */
export type RunState = 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';

/** Which letters a run chose, as JSON. Of `where`, no condition at all is every open letter. */
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
    };

/** One command that replayed or discarded dead letters: the audit, and where to go on. */
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
  /** Those that another run had put on the queue already. */
  readonly underWay: number;
  readonly skipped: number;
  /** Taken off the queue again by cancelling it. */
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
  /** Who it was, for the audit. */
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

/** The latest first. */
export async function listRuns(
  { prisma }: Database,
  limit: number,
): Promise<readonly DeadLetterRun[]> {
  const rows = await whileAvailable(() =>
    prisma.deadLetterRun.findMany({ orderBy: { id: 'desc' }, take: limit }),
  );
  return rows.map(runOf);
}

/** How a run ends by itself. Returns false when it was cancelled meanwhile, which stays. */
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

/** Its process, wherever that is, ends before the next letter. One that is done stays done. */
export async function cancelRun({ prisma }: Database, id: number, at: Date): Promise<void> {
  await whileAvailable(() =>
    prisma.deadLetterRun.updateMany({
      where: { id, state: { in: ['RUNNING', 'FAILED'] } },
      data: { state: 'CANCELLED', error: null, updatedAt: at, finishedAt: at },
    }),
  );
}

/** Takes up a run that did not come to its end. Returns false for one that did. */
export async function resumeRun({ prisma }: Database, id: number, at: Date): Promise<boolean> {
  const { count } = await whileAvailable(() =>
    prisma.deadLetterRun.updateMany({
      where: { id, state: { not: 'DONE' } },
      data: { state: 'RUNNING', error: null, updatedAt: at, finishedAt: null },
    }),
  );
  return count > 0;
}

/** Only {@link openRun} fills the column `filter`, from the same type. */
function runOf(row: Prisma.DeadLetterRunGetPayload<object>): DeadLetterRun {
  return {
    ...row,
    filter: row.filter as unknown as RunFilter,
    cursor: row.cursor ?? undefined,
    error: row.error ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}
