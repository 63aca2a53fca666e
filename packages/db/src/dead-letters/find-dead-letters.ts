import { errorFingerprint } from '@sinch-callbacks/core';
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
import { fillFingerprints } from './fill-fingerprints.ts';

export interface Page {
  readonly limit: number;
  /** Continue after this event key, the last one of the page before. */
  readonly after?: string | undefined;
}

/** One page of dead letters, by event key, so that paging stays right while letters come and go. */
export async function listDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  page: Page,
): Promise<readonly DeadLetterSummary[]> {
  if (filter.fingerprint !== undefined) await fillFingerprints(database);
  const where = { AND: [conditionsOf(filter), { eventKey: { gt: page.after ?? '' } }] };
  const rows = await whileAvailable(() =>
    database.prisma.deadLetter.findMany({
      where,
      orderBy: { eventKey: 'asc' },
      take: page.limit,
      omit: { stack: true },
    }),
  );
  return rows.map(summaryOf);
}

export async function countDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
): Promise<number> {
  if (filter.fingerprint !== undefined) await fillFingerprints(database);
  const where = conditionsOf(filter);
  return await whileAvailable(() => database.prisma.deadLetter.count({ where }));
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

/**
 * The keys of dead letters that begin so, at most `limit`, in the order of their bytes. The
 * database's own order may put other keys in between, so a range would not do.
 */
export async function findKeysByPrefix(
  { prisma }: Database,
  prefix: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await whileAvailable(
    () => prisma.$queryRaw<{ event_key: string }[]>`
      SELECT event_key FROM dead_letter WHERE starts_with(event_key, ${prefix})
      ORDER BY event_key COLLATE "C" LIMIT ${limit}`,
  );
  return rows.map((row) => row.event_key);
}

type SummaryRow = Omit<Prisma.DeadLetterGetPayload<object>, 'stack'>;

function conditionsOf(filter: DeadLetterFilter): Prisma.DeadLetterWhereInput {
  return {
    ...(filter.keys && { eventKey: { in: [...filter.keys] } }),
    ...(filter.trigger && { trigger: filter.trigger }),
    ...(filter.errorClass && { errorClass: filter.errorClass }),
    ...(filter.fingerprint && { fingerprint: filter.fingerprint }),
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
    fingerprint: row.fingerprint ?? errorFingerprint(row.errorClass, row.errorMessage),
    runId: row.runId ?? undefined,
  };
}

/** Only the writer fills this column, from the same type. */
function historyOf(attempts: Prisma.JsonValue): readonly AttemptRecord[] {
  return Array.isArray(attempts) ? (attempts as unknown as AttemptRecord[]) : [];
}
