import type { RetentionRun } from '@sinch-callbacks/db';
import type { Settings } from '../../settings/read-settings.ts';
import { counted } from '../../terminal/format.ts';
import { type Check, failure, ok, warning } from './check.ts';

const name = 'erasure';

/**
 * Says what follows when Sinch deletes a contact, and whether people can be erased.
 * @param last the schedule's last run that came to its end; absent where the database was not read.
 */
export function judgeErasure(
  { erasure: { key, logFile }, contactDelete }: Pick<Settings, 'erasure' | 'contactDelete'>,
  last: RetentionRun | 'none' | undefined,
): Check {
  const missing = [
    ...(key === undefined ? ['ERASURE_KEY'] : []),
    ...(logFile === undefined ? ['ERASURE_LOG'] : []),
  ];
  const isReady = missing.length === 0;
  const able = isReady
    ? 'people can be erased'
    : `no one can be erased: no ${missing.join(', no ')}`;
  const meaning = `${policyOf(contactDelete)} (SINCH_ON_CONTACT_DELETE)\n${able}`;
  if (contactDelete.policy !== 'erase') return ok(name, meaning);
  if (!isReady) {
    const advice =
      'Set both, here and for each worker, which does not start without: docs/privacy.md';
    return failure(name, meaning, advice);
  }
  const failed = typeof last === 'object' ? (last.removed['contact failed'] ?? 0) : 0;
  if (failed === 0) return ok(name, meaning);
  return warning(
    name,
    `${meaning}\n${counted(failed, 'contact')} could not be erased in the last run`,
    'The worker’s log has the reason: contact not erased. The next run tries again.',
  );
}

function policyOf({ policy, graceDays }: Settings['contactDelete']): string {
  switch (policy) {
    case 'keep':
      return 'contacts that Sinch deleted stay';
    case 'redact':
      return `contacts that Sinch deleted are redacted after ${counted(graceDays, 'day')}`;
    case 'erase':
      return `contacts that Sinch deleted are erased after ${counted(graceDays, 'day')}`;
  }
}
