import { type CallbackEvent, envelopeOf } from '@sinch-callbacks/core';
import type { JobReport } from '@sinch-callbacks/queue';
import {
  attemptFailed,
  deadLettered,
  eventApplied,
  type SignatureSeen,
  type Telemetry,
} from '@sinch-callbacks/telemetry';
import type { ApplyOutcome } from './apply-outcome.ts';

/** Logs and counts the jobs that failed: those to be tried again, and those dead-lettered. */
export function createJobReporter(telemetry: Telemetry): (report: JobReport) => void {
  return (report) => {
    switch (report.kind) {
      case 'retrying': {
        const { event, record } = report;
        attemptFailed(telemetry, {
          eventKey: event.key,
          trigger: event.trigger,
          attempt: record.attempt,
          replay: record.replay,
          errorClass: record.errorClass,
          error: record.message,
        });
        return;
      }
      case 'dead-lettered': {
        const { event, replay, cause, message, attempts } = report.letter;
        deadLettered(telemetry, {
          eventKey: event.key,
          trigger: event.trigger,
          attempt: attempts.length,
          replay,
          errorClass: cause,
          error: message,
          // A quarantined body is not read: reading it may be what ended the process.
          ...(cause !== 'quarantined' && unreadableTimesOf(event)),
          ...signatureSeen(event),
        });
        return;
      }
    }
  };
}

/** Writes the one line of an applied event, and counts it. */
export function reportApplied(
  telemetry: Telemetry,
  event: CallbackEvent,
  attempt: number,
  {
    kind: result,
    unreadableTimes,
    reports,
  }: Exclude<ApplyOutcome, { kind: 'failed' | 'returned' }>,
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

function unreadableTimesOf({ rawBody }: CallbackEvent) {
  const { unreadableTimes } = envelopeOf(rawBody);
  return unreadableTimes.length > 0 && { unreadableTimes };
}

/** Shows which secrets are still in use. Ingest's processes keep no such state; workers see all. */
function signatureSeen({ signature, receivedAt }: CallbackEvent): SignatureSeen {
  if (signature === undefined) return { receivedAt };
  const { secretPosition, isStale, isFuture } = signature;
  return { secretPosition, stale: isStale, future: isFuture, receivedAt };
}
