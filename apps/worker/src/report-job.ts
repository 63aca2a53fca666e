import type { JobReport } from '@sinch-callbacks/queue';
import { attemptFailed, deadLettered, type Logger } from '@sinch-callbacks/telemetry';

/** Logs what became of a job that was not simply done. */
export function createJobReporter(logger: Logger): (report: JobReport) => void {
  return (report) => {
    switch (report.kind) {
      case 'retrying': {
        const { event, record } = report;
        attemptFailed(logger, {
          eventKey: event.key,
          trigger: event.trigger,
          attempt: record.attempt,
          replay: record.replay,
          errorClass: record.errorClass,
          error: record.message,
        });
        return;
      }
      case 'buried': {
        const { event, replay, cause, message, attempts } = report.letter;
        deadLettered(logger, {
          eventKey: event.key,
          trigger: event.trigger,
          attempt: attempts.length,
          replay,
          errorClass: cause,
          error: message,
        });
        return;
      }
    }
  };
}
