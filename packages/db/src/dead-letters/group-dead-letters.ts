import type { Trigger } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { triggerOf } from '../read/event-of-row.ts';
import type { DeadLetterFilter } from './dead-letter.ts';
import { fillFingerprints } from './fill-fingerprints.ts';

/** Dead letters that died of the same error. */
export interface DeadLetterGroup {
  readonly fingerprint: string;
  readonly count: number;
  readonly firstDeadAt: Date;
  readonly lastDeadAt: Date;
  readonly triggers: readonly Trigger[];
  /** One of them, and what it died of. */
  readonly exampleKey: string;
  readonly errorClass: string;
  readonly errorMessage: string;
}

interface GroupRow {
  readonly fingerprint: string;
  readonly count: number;
  readonly first_dead_at: Date;
  readonly last_dead_at: Date;
  readonly triggers: readonly string[];
  readonly example_key: string;
  readonly error_class: string;
  readonly error_message: string;
}

const selectGroups = `
SELECT g.*, d.error_class, d.error_message
FROM (
  SELECT fingerprint, count(*)::integer AS count, min(dead_at) AS first_dead_at,
    max(dead_at) AS last_dead_at, array_agg(DISTINCT trigger ORDER BY trigger) AS triggers,
    min(event_key) AS example_key
  FROM dead_letter
  WHERE fingerprint IS NOT NULL
    AND ($1::text IS NULL OR trigger = $1) AND ($2::text IS NULL OR error_class = $2)
    AND ($3::text IS NULL OR fingerprint = $3)
    AND ($4::timestamptz IS NULL OR dead_at >= $4) AND ($5::timestamptz IS NULL OR dead_at < $5)
    AND ($6::boolean OR resolved_at IS NULL)
  GROUP BY fingerprint
) AS g JOIN dead_letter AS d ON d.event_key = g.example_key
ORDER BY g.count DESC, g.fingerprint
LIMIT $7`;

/** The groups with the most letters first, at most `limit`. */
export async function groupDeadLetters(
  database: Database,
  filter: Omit<DeadLetterFilter, 'keys'>,
  limit: number,
): Promise<readonly DeadLetterGroup[]> {
  await fillFingerprints(database);
  const { trigger, errorClass, fingerprint, since, until, includeResolved } = filter;
  const rows = await whileAvailable(() =>
    database.prisma.$queryRawUnsafe<GroupRow[]>(
      selectGroups,
      trigger ?? null,
      errorClass ?? null,
      fingerprint ?? null,
      since?.toISOString() ?? null,
      until?.toISOString() ?? null,
      includeResolved ?? false,
      limit,
    ),
  );
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    count: row.count,
    firstDeadAt: row.first_dead_at,
    lastDeadAt: row.last_dead_at,
    triggers: row.triggers.map(triggerOf),
    exampleKey: row.example_key,
    errorClass: row.error_class,
    errorMessage: row.error_message,
  }));
}
