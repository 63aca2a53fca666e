import type { Settings } from '../../settings/read-settings.ts';
import { type Check, failure, ok } from './check.ts';

const name = 'erasure';

/** Says whether people can be erased, and where they must be. */
export function judgeErasure({
  erasure: { key, logFile },
  contactDelete: { policy },
}: Pick<Settings, 'erasure' | 'contactDelete'>): Check {
  const missing = [
    ...(key === undefined ? ['ERASURE_KEY'] : []),
    ...(logFile === undefined ? ['ERASURE_LOG'] : []),
  ];
  if (missing.length === 0) return ok(name, 'people can be erased');
  const unable = `no one can be erased: no ${missing.join(', no ')}`;
  if (policy !== 'erase') return ok(name, unable);
  return failure(
    name,
    `${unable}, and SINCH_ON_CONTACT_DELETE is erase`,
    'Set both, here and for each worker, which does not start without: docs/privacy.md',
  );
}
