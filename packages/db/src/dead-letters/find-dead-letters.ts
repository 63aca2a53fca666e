import type { Database } from '../database.ts';
import { digestBytes, findDigest } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { eventOfRow, keyOfRow, triggerOf } from '../read/event-of-row.ts';
import { cursorOf, type Page } from '../read/page.ts';
import type {
  AttemptRecord,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterSummary,
} from './dead-letter.ts';
import { filterSize, filterSql, filterValues } from './dead-letter-sql.ts';

/** SQL, since Prisma has no order of bytes to page by. */
const selectPage = `
SELECT event_digest AS "eventDigest", trigger, entity_id AS "entityId", key_entity AS "keyEntity",
  app_id AS "appId", project_id AS "projectId", error_class AS "errorClass",
  error_message AS "errorMessage", attempts, replays, first_failed_at AS "firstFailedAt",
  dead_at AS "deadAt", replayed_at AS "replayedAt", resolved_at AS "resolvedAt", resolution,
  fingerprint, run_id AS "runId"
FROM dead_letter WHERE ${filterSql}
  AND ($${filterSize + 1}::text IS NULL OR event_digest > decode($${filterSize + 1}, 'hex'))
ORDER BY event_digest LIMIT $${filterSize + 2}`;

/** Lists one page of dead letters, by digest. */
export async function listDeadLetters(
  { prisma }: Database,
  filter: DeadLetterFilter,
  page: Page,
): Promise<readonly DeadLetterSummary[]> {
  const values = [...filterValues(filter), cursorOf(page), page.limit];
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<SummaryRow[]>(selectPage, ...values),
  );
  return rows.map(summaryOf);
}

const count = `SELECT count(*)::integer AS count FROM dead_letter WHERE ${filterSql}`;

export async function countDeadLetters(
  { prisma }: Database,
  filter: DeadLetterFilter,
): Promise<number> {
  const [row] = await whileAvailable(() =>
    prisma.$queryRawUnsafe<{ count: number }[]>(count, ...filterValues(filter)),
  );
  return row?.count ?? 0;
}

/** Finds one dead letter with its whole history and its event, ready to be queued again. */
export async function findDeadLetter(
  { prisma }: Database,
  eventKey: string,
): Promise<DeadLetter | undefined> {
  const digest = findDigest(eventKey);
  if (digest === undefined) return undefined;
  const where = { eventDigest: digestBytes(digest) };
  const [row, event] = await whileAvailable(async () => {
    const letter = await prisma.deadLetter.findUnique({ where, include: { guard: true } });
    if (letter === null) return [];
    // Its event is nearly always in the kept partition.
    const kept = await prisma.callbackEvent.findFirst({ where: { ...where, kept: true } });
    return [letter, kept ?? (await prisma.callbackEvent.findFirst({ where }))];
  });
  if (row === undefined) return undefined;
  const { receivedAt } = row.guard;
  const gone = { ...row, rawBody: '', rawBodyEncoding: 'utf8', receivedAt, signedAt: null };
  return {
    ...summaryOf(row),
    stack: row.stack ?? undefined,
    history: historyOf(row.attempts),
    event: eventOfRow(event ?? gone),
  };
}

type SummaryRow = Omit<Prisma.DeadLetterGetPayload<object>, 'stack'>;

function summaryOf(row: SummaryRow): DeadLetterSummary {
  return {
    eventKey: keyOfRow(row),
    trigger: triggerOf(row.trigger),
    appId: row.appId ?? undefined,
    projectId: row.projectId ?? undefined,
    entityId: row.entityId ?? undefined,
    errorClass: row.errorClass,
    errorMessage: row.errorMessage,
    attempts: historyOf(row.attempts).length,
    replays: row.replays,
    firstFailedAt: row.firstFailedAt,
    deadAt: row.deadAt,
    replayedAt: row.replayedAt ?? undefined,
    resolvedAt: row.resolvedAt ?? undefined,
    resolution: row.resolution ?? undefined,
    fingerprint: row.fingerprint,
    runId: row.runId ?? undefined,
  };
}

/**
 * Reads the attempts. Only `recordDeadLetter` and `keepAttempts` fill this column, from the same
 * type.
 */
function historyOf(attempts: Prisma.JsonValue): readonly AttemptRecord[] {
  return Array.isArray(attempts) ? (attempts as unknown as AttemptRecord[]) : [];
}
