import type { CallbackEvent } from '@sinch-callbacks/core';
import type { HandleEvent } from '@sinch-callbacks/queue';
import { eventApplied, type Telemetry } from '@sinch-callbacks/telemetry';
import type { ApplyOutcome, EventBatcher } from './event-batcher.ts';
import { signatureSeen } from './report-job.ts';

/** What the queue calls for each job: applies the event, says so in one line and counts it. */
export function createHandler(batcher: EventBatcher, telemetry: Telemetry): HandleEvent {
  return async (event, attempt) => {
    const startedAt = performance.now();
    const outcome = await batcher.apply(event, attempt);
    switch (outcome.kind) {
      case 'applied':
      case 'duplicate':
      case 'unhandled':
        noteApplied(telemetry, event, attempt, outcome, performance.now() - startedAt);
        return { kind: 'done' };
      case 'failed':
      case 'returned':
        return outcome;
    }
  };
}

function noteApplied(
  telemetry: Telemetry,
  event: CallbackEvent,
  attempt: number,
  { kind: result, unreadableTimes, reports }: Exclude<ApplyOutcome, { kind: 'returned' }>,
  durationMs: number,
): void {
  const { key: eventKey, trigger } = event;
  eventApplied(telemetry, {
    eventKey,
    trigger,
    attempt,
    result,
    durationMs: Math.round(durationMs),
    ...(unreadableTimes && { unreadableTimes }),
    ...signatureSeen(event),
  });
  for (const report of reports ?? []) telemetry.metrics.messageReported(report);
}
