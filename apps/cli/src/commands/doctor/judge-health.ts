import type { Probe } from '@sinch-callbacks/operations';
import { type Check, failure, ok } from './check.ts';

/** A health endpoint of a part of the stack. */
export interface HealthPage {
  readonly name: string;
  readonly path: string;
  /** The meaning of a 503 from it, and advice. */
  readonly unavailable: { readonly message: string; readonly advice: string };
  /** Advice when it does not answer. */
  readonly unanswered: string;
}

export const ingestHealth: HealthPage = {
  name: 'ingest',
  path: '/api/health',
  unavailable: {
    message: 'cannot queue events, and answers every callback with 503',
    advice:
      'Check REDIS_URL where ingest runs, and whether that Redis is full or a replica. ' +
      'Sinch retries for a while.',
  },
  unanswered:
    'Start it, or correct --ingest-url. What Sinch sends meanwhile is retried, not for ever.',
};

export const workerHealth: HealthPage = {
  name: 'worker',
  path: '/healthz',
  unavailable: {
    message: 'is stuck: there is work, and none gets done',
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
export function judgeHealth(page: HealthPage, answer: Probe, place: string): Check {
  const { name, unavailable } = page;
  if (answer.kind === 'unanswered') {
    return failure(name, `${place} does not answer: ${answer.reason}`, page.unanswered);
  }
  switch (answer.status) {
    case 200:
      return ok(name, `${place} is well`);
    case 503:
      return failure(name, `${place} ${unavailable.message}`, unavailable.advice);
    default: {
      const message = `${place} answers ${answer.status}, not 200 or 503`;
      return failure(name, message, 'Something else may be listening there.');
    }
  }
}
