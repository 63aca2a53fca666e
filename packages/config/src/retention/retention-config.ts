import type { z } from 'zod';
import type { Rule } from '../parse-variables.ts';
import { variables } from '../variables.ts';
import type { TableDays } from './table-days.ts';

/** For how many days something is kept. What is absent is kept for good. */
export interface RetentionConfig {
  /** Bodies, settled events and closed letters; up to a week longer, since weeks go whole. */
  readonly eventDays: number | undefined;
  /** The guards by which doubles are recognised, and settled tasks of handlers. */
  readonly guardDays: number | undefined;
  /** Rows of projections, and settled outbound messages. */
  readonly tableDays: TableDays;
  /** Texts, names and identities. */
  readonly redactAfterDays: number | undefined;
}

export const retentionVariables = {
  RETENTION_DAYS: variables.RETENTION_DAYS,
  GUARD_DAYS: variables.GUARD_DAYS,
  RETENTION_PROJECTIONS_DAYS: variables.RETENTION_PROJECTIONS_DAYS,
  REDACT_AFTER_DAYS: variables.REDACT_AFTER_DAYS,
};

export const contactDeleteVariables = {
  SINCH_ON_CONTACT_DELETE: variables.SINCH_ON_CONTACT_DELETE,
  SINCH_CONTACT_DELETE_GRACE_DAYS: variables.SINCH_CONTACT_DELETE_GRACE_DAYS,
};

/** The treatment of contacts that were deleted in Sinch, so many days after that. */
export interface ContactDeleteConfig {
  readonly policy: 'keep' | 'redact' | 'erase';
  readonly graceDays: number;
}

export function contactDeleteOf(
  values: z.output<z.ZodObject<typeof contactDeleteVariables>>,
): ContactDeleteConfig {
  return {
    policy: values.SINCH_ON_CONTACT_DELETE,
    graceDays: values.SINCH_CONTACT_DELETE_GRACE_DAYS,
  };
}

type Values = z.output<z.ZodObject<typeof retentionVariables>>;

export function retentionOf(values: Values): RetentionConfig {
  return {
    eventDays: values.RETENTION_DAYS,
    guardDays: values.GUARD_DAYS,
    tableDays: values.RETENTION_PROJECTIONS_DAYS ?? {},
    redactAfterDays: values.REDACT_AFTER_DAYS,
  };
}

/** Without its guard, an event that is still stored would be stored a second time. */
const guardsOutliveEvents: Rule = ({ RETENTION_DAYS, GUARD_DAYS }) => {
  if (GUARD_DAYS === undefined) return undefined;
  if (RETENTION_DAYS === undefined) {
    return 'RETENTION_DAYS must be set where GUARD_DAYS is, because a guard stays for as long as its event; or remove GUARD_DAYS';
  }
  return Number(GUARD_DAYS) < Number(RETENTION_DAYS)
    ? 'GUARD_DAYS must be at least RETENTION_DAYS, because the double of a stored event would be stored again: raise it, or remove it to recognise doubles for good'
    : undefined;
};

/** A handler that runs again would send the same message again. */
const keysOutliveEvents: Rule = (given) => {
  const { RETENTION_DAYS = '0', GUARD_DAYS = '0' } = given;
  const days = variables.RETENTION_PROJECTIONS_DAYS.safeParse(given.RETENTION_PROJECTIONS_DAYS);
  const outbound = days.data?.outbound;
  return outbound !== undefined && outbound < Math.max(Number(RETENTION_DAYS), Number(GUARD_DAYS))
    ? 'RETENTION_PROJECTIONS_DAYS must keep outbound for at least RETENTION_DAYS and GUARD_DAYS, because a message whose key is forgotten is sent again: raise it, or leave outbound out to keep it'
    : undefined;
};

/** Values that contradict each other. */
export const retentionRules: readonly Rule[] = [guardsOutliveEvents, keysOutliveEvents];
