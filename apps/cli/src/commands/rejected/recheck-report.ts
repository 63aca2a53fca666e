import type { Rechecked } from '@sinch-callbacks/operations';
import type { KeptCallback } from '@sinch-callbacks/queue';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { counted, oneLine, showInstant } from '../../terminal/text.ts';

/** Says what became of each rejected callback, as it happens. */
export interface RecheckReport {
  rechecked(kept: KeptCallback, as: Rechecked): void;
  /** @param facts more members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  /** All counts in one line. */
  summary(): string;
}

type Kind = Rechecked['kind'];

/** How a result is coloured, and what the last line says of so many. */
const kinds: Readonly<
  Record<Kind, { readonly style: Parameters<Terminal['paint']>[0]; readonly phrase: string }>
> = {
  queued: { style: 'green', phrase: 'queued' },
  'would-queue': { style: 'cyan', phrase: 'would be queued' },
  'still-rejected': { style: 'yellow', phrase: 'still rejected' },
  'without-body': { style: 'red', phrase: 'kept without the body' },
};

const width = 'still-rejected'.length;

/** Every line of a dry run says so: a reader may see only some of them. */
export function openRecheckReport(terminal: Terminal, isDryRun: boolean): RecheckReport {
  const json = openJsonReport(terminal);
  const counts = new Map<Kind, number>();
  const mark = isDryRun ? ['dry run'] : [];
  json.beginList('callbacks');
  return {
    rechecked({ id, receivedAt }, { kind, ...facts }) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      json.item({ id, receivedAt, outcome: kind, ...facts, ...(isDryRun && { dryRun: true }) });
      const detail = Object.values(facts).map((fact) => oneLine(fact));
      const painted = terminal.paint(kinds[kind].style, kind.padEnd(width));
      terminal.print([...mark, painted, showInstant(receivedAt), id, ...detail].join('  '));
    },
    end: (facts) => json.end({ counts: Object.fromEntries(counts), ...facts }),
    summary() {
      const phrases = [...counts].map(
        ([kind, count]) => `${counted(count, 'callback')} ${kinds[kind].phrase}`,
      );
      const text = phrases.length === 0 ? 'no rejected callback is kept' : phrases.join(', ');
      return isDryRun ? `dry run, nothing is queued and nothing is changed: ${text}` : text;
    },
  };
}
