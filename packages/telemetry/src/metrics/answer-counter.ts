import { Counter, type Registry } from 'prom-client';
import { boundedLabel } from './bounded-label.ts';

/** The result of a request to ingest. */
export interface AnswerLabels {
  readonly status: number;
  readonly outcome: string;
  readonly cause?: string | undefined;
}

/** Causes are codes of drivers and servers: few, but no list has them all. */
const maxCauses = 50;
/** The usual causes of an unavailable queue; others are added when they occur. */
const unavailable = ['DEADLINE_EXCEEDED', 'ECONNREFUSED', 'OOM', 'READONLY'] as const;

/** The usual causes of Node's parser. */
const unreadable = [
  'HPE_INVALID_METHOD',
  'HPE_INVALID_HEADER_TOKEN',
  'HPE_INVALID_CONSTANT',
] as const;

/** The known answers of ingest: each counter starts at zero. */
export const knownAnswers = [
  { status: 200, outcome: 'accepted' },
  { status: 400, outcome: 'unreadable-body' },
  ...unreadable.map((cause) => ({ status: 400, outcome: 'unreadable-request' as const, cause })),
  { status: 401, outcome: 'rejected', cause: 'missing-signature-headers' },
  { status: 401, outcome: 'rejected', cause: 'unsupported-algorithm' },
  { status: 401, outcome: 'rejected', cause: 'malformed-signature-headers' },
  { status: 401, outcome: 'rejected', cause: 'signature-mismatch' },
  { status: 401, outcome: 'rejected', cause: 'stale-timestamp' },
  { status: 401, outcome: 'rejected', cause: 'future-timestamp' },
  { status: 404, outcome: 'not-found' },
  { status: 405, outcome: 'method-not-allowed' },
  { status: 408, outcome: 'slow-request', cause: 'ERR_HTTP_REQUEST_TIMEOUT' },
  { status: 413, outcome: 'too-large' },
  { status: 413, outcome: 'too-large', cause: 'HPE_CHUNK_EXTENSIONS_OVERFLOW' },
  { status: 429, outcome: 'slow-body' },
  { status: 429, outcome: 'crowded-out' },
  { status: 431, outcome: 'headers-too-large', cause: 'HPE_HEADER_OVERFLOW' },
  { status: 503, outcome: 'unconfigured' },
  { status: 503, outcome: 'failed' },
  { status: 503, outcome: 'not-kept', cause: 'future-timestamp' },
  ...unavailable.map((cause) => ({ status: 503, outcome: 'unavailable' as const, cause })),
] as const satisfies readonly AnswerLabels[];

/** Registers the counter of ingest's answers. */
export function createAnswerCounter(
  registry: Registry,
): (labels: AnswerLabels, count?: number) => void {
  const answers = new Counter({
    name: 'sinch_ingest_callbacks_total',
    help: 'Requests, by the status and the outcome that they ended in, and by its cause.',
    labelNames: ['status', 'outcome', 'cause'],
    registers: [registry],
  });
  const boundedCause = boundedLabel(maxCauses);

  function add({ status, outcome, cause }: AnswerLabels, count = 1): void {
    answers.inc({ status, outcome, cause: boundedCause(cause) }, count);
  }
  for (const labels of knownAnswers) add(labels, 0);
  return add;
}
