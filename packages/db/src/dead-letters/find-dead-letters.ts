import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { eventOfRow, triggerOf } from '../read/event-of-row.ts';
import type {
  AttemptRecord,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterSummary,
} from './dead-letter.ts';

export interface Page {
  readonly limit: number;
  /** Continue after this event key, the last one of the page before. */
  readonly after?: string | undefined;
}

/** One page of dead letters, by event key, so that paging stays right while letters come and go. */
export async function listDeadLetters(
  { prisma }: Database,
  filter: DeadLetterFilter,
  page: Page,
): Promise<readonly DeadLetterSummary[]> {
  const where = { AND: [conditionsOf(filter), { eventKey: { gt: page.after ?? '' } }] };
  const rows = await whileAvailable(() =>
    prisma.deadLetter.findMany({
      where,
      orderBy: { eventKey: 'asc' },
      take: page.limit,
      omit: { stack: true },
    }),
  );
  return rows.map(summaryOf);
}

export async function countDeadLetters(
  { prisma }: Database,
  filter: DeadLetterFilter,
): Promise<number> {
  return await whileAvailable(() => prisma.deadLetter.count({ where: conditionsOf(filter) }));
}

/** One dead letter with its whole history and its event, ready to be queued again. */
export async function findDeadLetter(
  { prisma }: Database,
  eventKey: string,
): Promise<DeadLetter | undefined> {
  const row = await whileAvailable(() =>
    prisma.deadLetter.findUnique({ where: { eventKey }, include: { event: true } }),
  );
  if (row === null) return undefined;
  return {
    ...summaryOf(row),
    stack: row.stack ?? undefined,
    history: historyOf(row.attempts),
    event: eventOfRow(row.event),
  };
}

type SummaryRow = Omit<Prisma.DeadLetterGetPayload<object>, 'stack'>;

function conditionsOf(filter: DeadLetterFilter): Prisma.DeadLetterWhereInput {
  return {
    ...(filter.keys && { eventKey: { in: [...filter.keys] } }),
    ...(filter.trigger && { trigger: filter.trigger }),
    ...(filter.errorClass && { errorClass: filter.errorClass }),
    ...(!filter.includeResolved && { resolvedAt: null }),
    deadAt: {
      ...(filter.since && { gte: filter.since }),
      ...(filter.until && { lt: filter.until }),
    },
  };
}

function summaryOf(row: SummaryRow): DeadLetterSummary {
  return {
    eventKey: row.eventKey,
    trigger: triggerOf(row.trigger),
    errorClass: row.errorClass,
    errorMessage: row.errorMessage,
    attempts: historyOf(row.attempts).length,
    replays: row.replays,
    firstFailedAt: row.firstFailedAt,
    deadAt: row.deadAt,
    replayedAt: row.replayedAt ?? undefined,
    resolvedAt: row.resolvedAt ?? undefined,
    resolution: row.resolution ?? undefined,
  };
}

/** Only the writer fills this column, from the same type. */
function historyOf(attempts: Prisma.JsonValue): readonly AttemptRecord[] {
  return Array.isArray(attempts) ? (attempts as unknown as AttemptRecord[]) : [];
}
