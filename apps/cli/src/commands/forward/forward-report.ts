import type { ForwardAnswer } from '@sinch-callbacks/handlers';
import { counted, oneLine } from '../../terminal/format.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** A report of the answers, callback by callback. */
export interface ForwardReport {
  readonly sent: (eventKey: string, answer: ForwardAnswer) => void;
  /** @param facts further members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  /** Returns how many callbacks were not accepted. */
  refused(): number;
  /** Returns both counts in one line. */
  summary(): string;
}

export function openForwardReport(terminal: Terminal): ForwardReport {
  const json = openJsonReport(terminal);
  const counts = { accepted: 0, refused: 0 };
  json.beginList('sent');
  return {
    sent(eventKey, answer) {
      const status = answer.kind === 'answered' ? answer.status : undefined;
      const error = answer.kind === 'unanswered' ? answer.reason : undefined;
      const isAccepted = status !== undefined && status >= 200 && status < 300;
      counts[isAccepted ? 'accepted' : 'refused'] += 1;
      json.item({ eventKey, status, error });
      const shown = terminal.paint(
        isAccepted ? 'green' : 'red',
        String(status ?? oneLine(error ?? '')),
      );
      terminal.print(`${shown} ${oneLine(eventKey)}`);
    },
    end: (facts) => json.end({ counts, ...facts }),
    refused: () => counts.refused,
    summary: () => `${counted(counts.accepted, 'callback')} accepted, ${counts.refused} refused`,
  };
}
