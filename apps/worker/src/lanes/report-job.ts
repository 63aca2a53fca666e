import { type CallbackEvent, envelopeOf } from '@sinch-callbacks/core';
import type { JobReport } from '@sinch-callbacks/queue';
import { attemptFailed, deadLettered, type Telemetry } from '@sinch-callbacks/telemetry';
import { signatureSeen } from '../apply/signature-seen.ts';

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
