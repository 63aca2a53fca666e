import { type Handler, type HandlerOptions, on, type TriggerChoice } from '../api/on.ts';
import { Pause, RetryAt } from '../api/outcomes.ts';
import { type ForwardTarget, findTargetProblem, sendForward } from './send-forward.ts';

/** Pauses before the attempts after the first. Then it is one an hour, for three days in all. */
const firstPausesMs = [5_000, 30_000, 120_000, 600_000, 1_800_000] as const;
const hourMs = 3_600_000;
const hourlyAttempts = 72;

/** More than a request takes. */
const runTimeoutMs = 30_000;
const longestRetryAfterMs = 86_400_000;

/**
 * Makes a handler that sends each callback to a receiver of the operator's: Sinch's exact bytes,
 * signed. An answer of 2xx ends the task; 410 pauses the handler; anything else is tried again over
 * three days, and not before the `Retry-After` of the answer. Redirects are not followed.
 *
 * A receiver may get a callback twice, with the same `webhook-id`.
 * @throws TypeError for an address or a secret that cannot be used. It never quotes a secret.
 */
export function forward(
  name: string,
  triggers: TriggerChoice,
  target: ForwardTarget,
  options: Pick<HandlerOptions, 'order' | 'concurrency' | 'maxAge' | 'enabled'> = {},
): Handler {
  const problem = findTargetProblem(target);
  if (problem !== undefined) throw new TypeError(`handler ${name}: ${problem}`);
  return on(
    name,
    triggers,
    async ({ rawBody }, { key, signal, attempt }) => {
      const answer = await sendForward(target, { id: key.replaceAll('.', '_'), rawBody, signal });
      if (answer.kind === 'unanswered') {
        throw new RetryAt(nextTry(attempt, null), `no answer: ${answer.reason}`);
      }
      const { status, retryAfter } = answer;
      if (status >= 200 && status < 300) return;
      if (status === 410) throw new Pause('the receiver answered 410: it is gone');
      throw new RetryAt(nextTry(attempt, retryAfter), `the receiver answered ${status}`);
    },
    { ...options, attempts: firstPausesMs.length + hourlyAttempts + 1, timeout: runTimeoutMs },
  );
}

function nextTry(attempt: number, retryAfter: string | null): Date {
  const pauseMs = firstPausesMs[attempt - 1] ?? hourMs;
  return new Date(Date.now() + Math.max(pauseMs, retryAfterMs(retryAfter)));
}

/** Reads `Retry-After`: seconds, or a date. An unreadable one counts as absent. */
function retryAfterMs(text: string | null): number {
  if (text === null) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
