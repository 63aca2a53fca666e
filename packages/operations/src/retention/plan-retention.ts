import type { ExpiringProjection } from '@sinch-callbacks/db';

/** For how many days something is kept. What is absent is kept for good. */
export interface RetentionSchedule {
  /** Bodies, settled events and closed letters. */
  readonly eventDays?: number | undefined;
  /** Guards and settled tasks of handlers. Not less than `eventDays`. */
  readonly guardDays?: number | undefined;
  /** Rows of projections, and settled outbound messages. */
  readonly tableDays: Readonly<Partial<Record<ExpiringTable, number>>>;
  /** Texts, names and identities. */
  readonly redactAfterDays?: number | undefined;
}

export type ExpiringTable = ExpiringProjection | 'outbound';

/** The instants before which rows go, or are redacted. What is absent stays. */
export interface RetentionPlan {
  readonly eventsBefore?: Date | undefined;
  readonly guardsBefore?: Date | undefined;
  readonly tablesBefore: readonly { readonly table: ExpiringTable; readonly before: Date }[];
  readonly redactBefore?: Date | undefined;
}

const dayMs = 86_400_000;

/** The tables in the order in which they are pruned. */
const tables = [
  'outbound',
  'message',
  'message_analysis',
  'conversation',
  'inbound_event',
  'unsupported',
  'event_delivery',
  'channel_event',
  'record',
  'batch',
  'capability',
] as const satisfies readonly ExpiringTable[];

/** The tables that a schedule removes rows of. Parts of a row go with it, and are not counted. */
export const retainedTables: readonly string[] = [
  'callback_event',
  'dead_letter',
  'event_guard',
  'handler_task',
  ...tables,
];

/** Converts a schedule's days to instants. */
export function planRetention(schedule: RetentionSchedule, now: Date): RetentionPlan {
  const before = (days: number | undefined) =>
    days === undefined ? undefined : new Date(now.getTime() - days * dayMs);
  return {
    eventsBefore: before(schedule.eventDays),
    guardsBefore: before(schedule.guardDays),
    tablesBefore: tables.flatMap((table) => {
      const at = before(schedule.tableDays[table]);
      return at === undefined ? [] : { table, before: at };
    }),
    redactBefore: before(schedule.redactAfterDays),
  };
}

/** Checks for a schedule by which anything goes. */
export function hasRetention({ tableDays, ...days }: RetentionSchedule): boolean {
  const all = [...Object.values(days), ...Object.values(tableDays)];
  return all.some((one) => one !== undefined);
}
