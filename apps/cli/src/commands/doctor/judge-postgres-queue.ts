import { adviceFor, type PostgresQueueCheck } from '@sinch-callbacks/queue';
import { type Check, failure, ok } from './check.ts';

const name = 'queue on Postgres';

/** @param place the server's address as it may be shown. */
export function judgePostgresQueue(check: PostgresQueueCheck, place: string): Check {
  if (check.kind === 'usable') return ok(name, `can be used at ${place}`);
  const advice = adviceFor(check.kind);
  return failure(
    name,
    `cannot be used at ${place}: ${check.reason}`,
    `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`,
  );
}
