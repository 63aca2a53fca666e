import type { RetentionRun } from '@sinch-callbacks/db';
import { hasRetention } from '@sinch-callbacks/operations';
import type { Settings } from '../../settings/read-settings.ts';
import { counted, showInstant } from '../../terminal/format.ts';
import { type Check, ok, warning } from './check.ts';

type Retention = Settings['retention'];

const name = 'retention';
/** Two runs that did not come to their end. */
const overdueMs = 2 * 86_400_000;

/**
 * Says what the schedule's values mean, and whether workers keep to it.
 * @param contactDelete shown too, where it is given.
 * @param last the last run that came to its end; absent where the database was not read.
 */
export function judgeRetention(
  retention: Retention,
  last: RetentionRun | 'none' | undefined,
  now: Date,
  contactDelete?: Settings['contactDelete'],
): Check {
  const contacts = contactDelete ? [meaningOfDelete(contactDelete)] : [];
  if (!hasRetention(retention)) return judgeNone(last, contacts);
  const meaning = [...meaningOf(retention), ...contacts].join('\n');
  if (last === undefined) return ok(name, meaning);
  if (last === 'none') {
    return warning(
      name,
      `${meaning}\nno run has come to its end yet`,
      'A worker does it some minutes after its start: are these variables set there too?',
    );
  }
  const shown = `${meaning}\nlast done ${showInstant(last.finishedAt)}: ${removedBy(last)}`;
  if (last.schedule !== JSON.stringify(retention)) {
    const advice =
      'Set the same variables for every worker and here; a worker goes by new ones within minutes.';
    return warning(name, `${shown}, by other days than those set here`, advice);
  }
  const isOverdue = now.getTime() - last.finishedAt.getTime() > overdueMs;
  const advice =
    'The workers’ log has the reason: retention failed, or callbacks that wait (outcome behind).';
  return isOverdue
    ? warning(name, `${shown}; since then none came to its end`, advice)
    : ok(name, shown);
}

function meaningOfDelete({ policy, graceDays }: Settings['contactDelete']): string {
  const after = `${counted(graceDays, 'day')} after it`;
  const variable = '(SINCH_ON_CONTACT_DELETE)';
  switch (policy) {
    case 'keep':
      return `a contact that Sinch deletes stays here ${variable}`;
    case 'redact':
      return `a contact that Sinch deletes is emptied ${after} ${variable}`;
    case 'erase':
      return `a contact that Sinch deletes is erased ${after} ${variable}`;
  }
}

function judgeNone(last: RetentionRun | 'none' | undefined, contacts: readonly string[]): Check {
  const nothing = [
    'nothing expires by itself: no RETENTION_… variable is set here',
    ...contacts,
  ].join('\n');
  if (last === undefined || last === 'none') return ok(name, nothing);
  return ok(name, `${nothing}; a worker last did it ${showInstant(last.finishedAt)}`);
}

/** Says what each value does, a line for each. */
function meaningOf({ eventDays, guardDays, tableDays, redactAfterDays }: Retention): string[] {
  const days = (count: number) => counted(count, 'day');
  const bodies =
    eventDays === undefined
      ? 'events and their bodies stay (RETENTION_DAYS)'
      : `events and their bodies go after ${days(eventDays)}, up to a week later (RETENTION_DAYS)`;
  const doubles =
    guardDays === undefined
      ? 'doubles are recognised for good (GUARD_DAYS)'
      : `doubles are recognised for ${days(guardDays)} (GUARD_DAYS)`;
  const tables = Object.entries(tableDays).map(([table, count]) => `${table} ${days(count)}`);
  const rows =
    tables.length === 0
      ? 'rows that events made stay (RETENTION_PROJECTIONS_DAYS)'
      : `rows go after: ${tables.join(', ')}; all others stay (RETENTION_PROJECTIONS_DAYS)`;
  const texts =
    redactAfterDays === undefined
      ? 'texts, names and identities stay (REDACT_AFTER_DAYS)'
      : `texts, names and identities are emptied after ${days(redactAfterDays)} (REDACT_AFTER_DAYS)`;
  return [bodies, doubles, rows, texts];
}

function removedBy({ removed }: RetentionRun): string {
  const parts = Object.entries(removed).map(([what, rows]) => `${what} ${rows}`);
  return parts.length === 0 ? 'nothing was due' : parts.join(', ');
}
