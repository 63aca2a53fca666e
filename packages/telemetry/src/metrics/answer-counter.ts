import { Counter, type Registry } from 'prom-client';

/** How a request to ingest ended. */
export interface AnswerLabels {
  readonly status: number;
  readonly outcome: string;
  readonly cause?: string | undefined;
}

/** Causes are codes of drivers and servers: few, but there is no list of them. */
const maxCauses = 50;
/** The usual ones of a queue that takes nothing; whatever else comes is added. */
const unavailable = ['DEADLINE_EXCEEDED', 'ECONNREFUSED', 'OOM', 'READONLY'] as const;

/** The usual ones of Node's parser. */
const unreadable = [
  'HPE_INVALID_METHOD',
  'HPE_INVALID_HEADER_TOKEN',
  'HPE_INVALID_CONSTANT',
] as const;

/** What ingest is known to answer: each is counted from zero. */
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

/** Registers the counter of what ingest answers. */
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

/** All values beyond the first ones, together. */
const others = 'other';

/**
 * Bounds the values of a label that come from outside: the first `max` different ones are kept,
 * and every later one becomes `other`. Absent is the empty text.
 */
export function boundedLabel(max: number): (value: string | undefined) => string {
  const known = new Set<string>();
  return (value = '') => {
    if (known.has(value)) return value;
    if (known.size >= max) return others;
    known.add(value);
    return value;
  };
}
