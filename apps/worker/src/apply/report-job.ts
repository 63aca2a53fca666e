import { type CallbackEvent, envelopeOf } from '@sinch-callbacks/core';
import type { JobReport } from '@sinch-callbacks/queue';
import {
  attemptFailed,
  deadLettered,
  type SignatureSeen,
  type Telemetry,
} from '@sinch-callbacks/telemetry';

/** Logs and counts what became of a job that was not simply done. */
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
          // Reading a quarantined one may be what ended the process.
          ...(cause !== 'quarantined' && unreadableTimesOf(event)),
          ...signatureSeen(event),
        });
        return;
      }
    }
  };
}

function unreadableTimesOf({ rawBody }: CallbackEvent) {
  const { unreadableTimes } = envelopeOf(rawBody);
  return unreadableTimes.length > 0 && { unreadableTimes };
}

/** For telling which secrets are still in use. The worker sees every event; ingest forgets its own. */
export function signatureSeen({ signature, receivedAt }: CallbackEvent): SignatureSeen {
  if (signature === undefined) return { receivedAt };
  const { secretPosition, isStale, isFuture } = signature;
  return { secretPosition, stale: isStale, future: isFuture, receivedAt };
}
