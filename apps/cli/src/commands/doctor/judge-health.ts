import { type Check, failure, ok } from './check.ts';
import type { Probe } from './probe.ts';

/** An address that tells how a part of the stack is. */
export interface HealthPage {
  readonly name: string;
  readonly path: string;
  /** What a 503 means there, and what to do about it. */
  readonly unavailable: { readonly message: string; readonly advice: string };
  /** What to do without an answer. */
  readonly unanswered: string;
}

export const ingestHealth: HealthPage = {
  name: 'ingest',
  path: '/api/health',
  unavailable: {
    message: 'cannot queue events, and answers every callback with 503',
    advice:
      'Check REDIS_URL where ingest runs, and whether that Redis is full or a replica. Sinch retries for a while.',
  },
  unanswered:
    'Start it, or correct --ingest-url. What Sinch sends meanwhile is retried, not for ever.',
};

export const workerHealth: HealthPage = {
  name: 'worker',
  path: '/healthz',
  unavailable: {
    message: 'stands still: there is work, and none gets done',
    advice: 'Restart it; its log says what it was doing.',
  },
  unanswered: 'Start it, or correct --admin-url. Events wait in the queue meanwhile.',
};

export const workerReadiness: HealthPage = {
  name: 'worker ready',
  path: '/readyz',
  unavailable: {
    message: 'waits for its queue, its database, or for migrations',
    advice: 'The other checks say which, if they use the same servers.',
  },
  unanswered: workerHealth.unanswered,
};

/** @param place the page's address as it may be shown. */
export function judgeHealth(page: HealthPage, probe: Probe, place: string): Check {
  const { name, unavailable } = page;
  if (probe.kind === 'unanswered') {
    return failure(name, `${place} does not answer: ${probe.reason}`, page.unanswered);
  }
  switch (probe.status) {
    case 200:
      return ok(name, `${place} is well`);
    case 503:
      return failure(name, `${place} ${unavailable.message}`, unavailable.advice);
    default: {
      const message = `${place} answers ${probe.status}, not 200 or 503`;
      return failure(name, message, 'Something else may be listening there.');
    }
  }
}
