import type { Settings } from '../../settings/read-settings.ts';
import { counted } from '../../terminal/format.ts';
import { type Check, failure, ok, warning } from './check.ts';

/** The placeholder for secrets in `.env.example`. */
const placeholder = /^replace-me/i;

/** Checks that the variables of the stack are set. */
export function judgeVariables({ secret, secrets, databaseUrl, queue, admin }: Settings): Check[] {
  const checks: Check[] = [];
  if (secret === undefined) {
    const message = 'SINCH_WEBHOOK_SECRET is not set here';
    const advice = 'Ingest answers every callback with 503 without it; set it where ingest runs.';
    checks.push(warning('webhook secret', message, advice));
  } else if (placeholder.test(secret.value)) {
    const message = 'SINCH_WEBHOOK_SECRET still holds the placeholder of .env.example';
    checks.push(
      failure('webhook secret', message, 'Set it to the secret of the webhook at Sinch.'),
    );
  } else {
    const read = counted(secrets?.value.length ?? 1, 'secret');
    checks.push(ok('webhook secret', `${read} read, from ${secret.from}`));
  }
  if (databaseUrl === undefined) {
    const advice = 'Set it to the Postgres that the worker writes to.';
    checks.push(failure('DATABASE_URL', 'not set', advice));
  }
  if (queue === undefined) {
    const advice = 'Set REDIS_URL, or DATABASE_URL to keep the queue in Postgres.';
    checks.push(failure('REDIS_URL', 'not set, and neither is DATABASE_URL', advice));
  }
  return [...checks, judgeBoard(admin)];
}

/** Finds a setting with which the worker refuses to start. */
function judgeBoard({ hasPassword, writes }: Settings['admin']): Check {
  if (!writes) return ok('Bull Board', 'read-only (ADMIN_WRITES is not true here)');
  if (hasPassword)
    return ok('Bull Board', 'may retry, promote and call off replays (ADMIN_WRITES)');
  const advice = 'Set ADMIN_PASSWORD, or remove ADMIN_WRITES: the worker does not start like this.';
  return failure('Bull Board', 'ADMIN_WRITES is true, and there is no ADMIN_PASSWORD', advice);
}
