import type { RetentionRun } from '@sinch-callbacks/db';
import { hasRetention, scheduleText } from '@sinch-callbacks/operations';
import type { Settings } from '../../settings/read-settings.ts';
import { counted, showInstant } from '../../terminal/format.ts';
import { type Check, ok, warning } from './check.ts';

type Retention = Settings['retention'];

/** The findings in the database. */
export interface RetentionSeen {
  /** The last run that came to its end. */
  readonly last: RetentionRun | undefined;
  /** An instant of the future that a clock which was ahead has noted. */
  readonly ahead: Date | undefined;
}

const name = 'retention';
/** Two runs that did not come to their end. */
const overdueMs = 2 * 86_400_000;

/**
 * Says what the schedule's values mean, and whether workers keep to it.
 * @param seen absent where the database was not read.
 */
export function judgeRetention(
  { retention, contactDelete }: Pick<Settings, 'retention' | 'contactDelete'>,
  seen: RetentionSeen | undefined,
  now: Date,
): Check {
  const schedule = { ...retention, contactDelete };
  const meaning = [...meaningOf(retention), meaningOfDelete(contactDelete)].join('\n');
  if (seen === undefined) return ok(name, meaning);
  if (seen.ahead !== undefined) {
    return warning(
      name,
      `${meaning}\na clock was ahead: ${showInstant(seen.ahead)} is noted as past`,
      'Rows may be gone too early. Set the clocks of the database and of each worker right: ' +
        'docs/operate.md#retention',
    );
  }
  const { last } = seen;
  if (last === undefined) {
    if (!hasRetention(schedule)) return ok(name, meaning);
    return warning(
      name,
      `${meaning}\nno run has come to its end yet`,
      'A worker does it some minutes after its start: are these variables set there too?',
    );
  }
  const shown = `${meaning}\nlast done ${showInstant(last.finishedAt)}: ${removedBy(last)}`;
  if (!hasRetention(schedule)) return ok(name, shown);
  if (last.schedule !== scheduleText(schedule)) {
    const advice =
      'Set the same variables for every worker and here; a worker goes by new ones within minutes.';
    return warning(name, `${shown}, by other values than those set here`, advice);
  }
  if (now.getTime() - last.finishedAt.getTime() > overdueMs) {
    const advice =
      'The workers’ log has the reason: retention failed, or a queue in which callbacks wait, or ' +
      'that does not answer (outcome behind).';
    return warning(name, `${shown}; since then none came to its end`, advice);
  }
  const failed = last.removed['contact failed'] ?? 0;
  if (failed === 0) return ok(name, shown);
  return warning(
    name,
    `${shown}\n${counted(failed, 'deleted contact')} could not be treated`,
    'The worker’s log has the reason: contact not erased, or not redacted. The next run tries again.',
  );
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

/** Says what each value does, a line for each. */
function meaningOf(retention: Retention): string[] {
  if (!hasRetention(retention))
    return ['nothing expires by its age: no RETENTION_… variable is set'];
  const { eventDays, guardDays, tableDays, redactAfterDays } = retention;
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
