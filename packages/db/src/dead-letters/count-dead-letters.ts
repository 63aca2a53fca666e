import type { Trigger } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { triggerOf } from '../read/event-of-row.ts';
import type { DeadLetterFilter } from './dead-letter.ts';
import { filterSize, filterSql, filterValues } from './dead-letter-sql.ts';

/** Dead letters of one app that died of the same error. */
export interface DeadLetterGroup {
  readonly fingerprint: string;
  /** Absent where their bodies name none. */
  readonly appId: string | undefined;
  readonly count: number;
  readonly firstDeadAt: Date;
  readonly lastDeadAt: Date;
  readonly triggers: readonly Trigger[];
  /** The key and the error of one of them. */
  readonly exampleKey: string;
  readonly errorClass: string;
  readonly errorMessage: string;
}

interface GroupRow {
  readonly fingerprint: string;
  readonly app_id: string | null;
  readonly count: number;
  readonly first_dead_at: Date;
  readonly last_dead_at: Date;
  readonly triggers: readonly string[];
  readonly example_key: string;
  readonly error_class: string;
  readonly error_message: string;
}

const selectGroups = `
SELECT g.*, event_key(d) AS example_key, d.error_class, d.error_message
FROM (
  SELECT fingerprint, app_id, count(*)::integer AS count, min(dead_at) AS first_dead_at,
    max(dead_at) AS last_dead_at, array_agg(DISTINCT trigger ORDER BY trigger) AS triggers,
    (array_agg(event_digest ORDER BY event_digest))[1] AS example
  FROM dead_letter
  WHERE ${filterSql}
  GROUP BY fingerprint, app_id
) AS g JOIN dead_letter AS d ON d.event_digest = g.example
ORDER BY g.count DESC, g.fingerprint, g.app_id
LIMIT $${filterSize + 1}`;

/** Groups open dead letters by app and error: the largest groups first, at most `limit`. */
export async function groupDeadLetters(
  { prisma }: Database,
  filter: Omit<DeadLetterFilter, 'keys'>,
  limit: number,
): Promise<readonly DeadLetterGroup[]> {
  const rows = await whileAvailable(() =>
    prisma.$queryRawUnsafe<GroupRow[]>(selectGroups, ...filterValues(filter), limit),
  );
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    appId: row.app_id ?? undefined,
    count: row.count,
    firstDeadAt: row.first_dead_at,
    lastDeadAt: row.last_dead_at,
    triggers: row.triggers.map(triggerOf),
    exampleKey: row.example_key,
    errorClass: row.error_class,
    errorMessage: row.error_message,
  }));
}

/** The dead letters that are not settled yet. */
export interface OpenLetters {
  readonly count: number;
  /** The time of death of the one that is open longest; absent where there is none. */
  readonly oldestDeadAt: Date | undefined;
}

/** @throws DatabaseUnavailableError when the database cannot be used. */
export async function measureOpenLetters({ prisma }: Database): Promise<OpenLetters> {
  const { _count, _min } = await whileAvailable(() =>
    prisma.deadLetter.aggregate({
      where: { resolvedAt: null },
      _count: true,
      _min: { deadAt: true },
    }),
  );
  return { count: _count, oldestDeadAt: _min.deadAt ?? undefined };
}
