import type { CallbackEvent } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import type { Page } from '../dead-letters/find-dead-letters.ts';
import { whileAvailable } from '../failure.ts';
import { eventOfRow } from './event-of-row.ts';

/** Stored events of one unknown kind. */
export interface UnhandledGroup {
  /** The body's top-level keys, joined by `+`; absent where it has none. */
  readonly topLevelKeys: string | undefined;
  readonly count: number;
  readonly firstReceivedAt: Date;
  readonly lastReceivedAt: Date;
}

/** What kinds of events nobody here knows, the most frequent first. */
export async function countUnhandled({ prisma }: Database): Promise<readonly UnhandledGroup[]> {
  const groups = await whileAvailable(() =>
    prisma.callbackEvent.groupBy({
      by: ['entityId'],
      where: { state: 'UNHANDLED' },
      _count: true,
      _min: { receivedAt: true },
      _max: { receivedAt: true },
      orderBy: { _count: { eventKey: 'desc' } },
    }),
  );
  return groups.flatMap(({ entityId, _count, _min, _max }) =>
    _min.receivedAt === null || _max.receivedAt === null
      ? []
      : [
          {
            topLevelKeys: entityId ?? undefined,
            count: _count,
            firstReceivedAt: _min.receivedAt,
            lastReceivedAt: _max.receivedAt,
          },
        ],
  );
}

/**
 * One page of unhandled events, by key, ready to be queued again.
 * @param topLevelKeys only those of this kind; absent: all.
 */
export async function listUnhandled(
  { prisma }: Database,
  topLevelKeys: string | undefined,
  page: Page,
): Promise<readonly CallbackEvent[]> {
  const rows = await whileAvailable(() =>
    prisma.callbackEvent.findMany({
      where: {
        state: 'UNHANDLED',
        eventKey: { gt: page.after ?? '' },
        ...(topLevelKeys !== undefined && { entityId: topLevelKeys }),
      },
      orderBy: { eventKey: 'asc' },
      take: page.limit,
      omit: { payload: true },
    }),
  );
  return rows.map(eventOfRow);
}
