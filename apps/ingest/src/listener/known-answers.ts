import type { RejectionCause } from '@sinch-callbacks/core';
import type { AnswerLabels } from '@sinch-callbacks/telemetry/ingest-metrics';
import type { CallbackOutcome } from '../outcome-to-answer.ts';

const rejections = [
  'missing-signature-headers',
  'unsupported-algorithm',
  'malformed-signature-headers',
  'signature-mismatch',
  'stale-timestamp',
  'future-timestamp',
] as const satisfies readonly RejectionCause[];

const others: readonly (readonly [CallbackOutcome['kind'], number])[] = [
  ['accepted', 200],
  ['unreadable-body', 400],
  ['method-not-allowed', 405],
  ['too-large', 413],
  ['slow-body', 429],
  ['crowded-out', 429],
  ['unconfigured', 503],
  ['failed', 503],
];
/** The usual ones of a queue that takes nothing; whatever else comes is added. */
const unavailable = ['DEADLINE_EXCEEDED', 'ECONNREFUSED', 'OOM', 'READONLY'];

/** What the listener is known to answer: each is counted from zero. */
export const knownAnswers: readonly AnswerLabels[] = [
  ...others.map(([outcome, status]) => ({ status, outcome })),
  ...rejections.map((cause) => ({ status: 401, outcome: 'rejected', cause })),
  ...unavailable.map((cause) => ({ status: 503, outcome: 'unavailable', cause })),
  { status: 404, outcome: 'not-found' },
];
