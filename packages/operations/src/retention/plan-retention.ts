import { type ExpiringTable, expiringTables } from '@sinch-callbacks/core';

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
  /** The treatment of contacts that were deleted in Sinch, so many days after that. */
  readonly contactDelete?: ContactDelete | undefined;
}

interface ContactDelete {
  readonly policy: 'keep' | 'redact' | 'erase';
  readonly graceDays: number;
}

/** The instants before which rows go, or are redacted. What is absent stays. */
export interface RetentionPlan {
  readonly eventsBefore?: Date | undefined;
  readonly guardsBefore?: Date | undefined;
  readonly tablesBefore: readonly { readonly table: ExpiringTable; readonly before: Date }[];
  readonly redactBefore?: Date | undefined;
  readonly deletedContacts?: { readonly policy: 'redact' | 'erase'; readonly before: Date };
}

const dayMs = 86_400_000;

/**
 * The tables that a schedule removes rows of, and contacts that it erases. Parts of a row go with
 * it, and are not counted.
 */
export const retainedTables: readonly string[] = [
  'callback_event',
  'dead_letter',
  'event_guard',
  'handler_task',
  ...expiringTables,
  'contact',
];

/** Converts a schedule's days to instants. */
export function planRetention(schedule: RetentionSchedule, now: Date): RetentionPlan {
  const before = (days: number | undefined) =>
    days === undefined ? undefined : new Date(now.getTime() - days * dayMs);
  const { policy = 'keep', graceDays = 0 } = schedule.contactDelete ?? {};
  return {
    eventsBefore: before(schedule.eventDays),
    guardsBefore: before(schedule.guardDays),
    tablesBefore: expiringTables.flatMap((table) => {
      const at = before(schedule.tableDays[table]);
      return at === undefined ? [] : { table, before: at };
    }),
    redactBefore: before(schedule.redactAfterDays),
    ...(policy !== 'keep' && {
      deletedContacts: { policy, before: new Date(now.getTime() - graceDays * dayMs) },
    }),
  };
}

/** Checks for a schedule by which anything goes. */
export function hasRetention(schedule: RetentionSchedule): boolean {
  const { eventDays, guardDays, tableDays, redactAfterDays, contactDelete } = schedule;
  const days = [eventDays, guardDays, redactAfterDays, ...Object.values(tableDays)];
  const treatsContacts = contactDelete !== undefined && contactDelete.policy !== 'keep';
  return treatsContacts || days.some((one) => one !== undefined);
}

/** Returns a schedule as text. Two are equal where they treat everything alike. */
export function scheduleText(schedule: RetentionSchedule): string {
  const { eventDays, guardDays, tableDays, redactAfterDays, contactDelete } = schedule;
  const { policy = 'keep', graceDays } = contactDelete ?? {};
  const contacts = policy === 'keep' ? undefined : { policy, graceDays };
  const days = { eventDays, guardDays, tableDays, redactAfterDays };
  return JSON.stringify({ ...days, contactDelete: contacts });
}
