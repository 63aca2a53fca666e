import type { CallbackEvent } from '@sinch-callbacks/core';
import type { HandleEvent } from '@sinch-callbacks/queue';
import { eventApplied, type Logger } from '@sinch-callbacks/telemetry';
import type { EventBatcher } from './event-batcher.ts';

/** What the queue calls for each job: applies the event and says so in one line. */
export function createHandler(batcher: EventBatcher, logger: Logger): HandleEvent {
  return async (event, attempt) => {
    const startedAt = performance.now();
    const outcome = await batcher.apply(event, attempt);
    switch (outcome.kind) {
      case 'applied':
      case 'duplicate':
      case 'unhandled':
        logApplied(logger, event, attempt, outcome.kind, performance.now() - startedAt);
        return { kind: 'done' };
      case 'failed':
      case 'returned':
        return outcome;
    }
  };
}

function logApplied(
  logger: Logger,
  event: CallbackEvent,
  attempt: number,
  result: string,
  durationMs: number,
): void {
  const { key: eventKey, trigger } = event;
  eventApplied(logger, { eventKey, trigger, attempt, result, durationMs: Math.round(durationMs) });
}
