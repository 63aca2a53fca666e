import type { ReconcileFinding } from '@sinch-callbacks/operations';
import { counted, oneLine } from '../../terminal/format.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type Kind = ReconcileFinding['kind'];

/** A report of the findings, one by one. */
export interface ReconcileReport {
  readonly found: (finding: ReconcileFinding) => void;
  readonly count: (kind: Kind) => number;
  readonly total: () => number;
  /** @param facts further members of the JSON document. */
  readonly end: (facts: Readonly<Record<string, unknown>>) => void;
  /** Returns all counts in one line. */
  readonly summary: () => string;
}

/** The colour of each kind, and its phrase in the last line. */
const kinds: Readonly<
  Record<Kind, { readonly style: Parameters<Terminal['paint']>[0]; readonly noun: string }>
> = {
  inbound: { style: 'yellow', noun: 'inbound message' },
  submit: { style: 'yellow', noun: 'submitted message' },
  uncertain: { style: 'green', noun: 'uncertain message' },
  unusable: { style: 'red', noun: 'unusable message' },
};

const width = 'uncertain'.length;

/** Every line of a dry run is marked: a reader may see only some of them. */
export function openReconcileReport(terminal: Terminal, isDryRun: boolean): ReconcileReport {
  const json = openJsonReport(terminal);
  const counts: Record<Kind, number> = { inbound: 0, submit: 0, uncertain: 0, unusable: 0 };
  const mark = isDryRun ? ['dry run'] : [];
  const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
  json.beginList('findings');
  return {
    found({ kind, messageId, ...facts }) {
      counts[kind] += 1;
      json.item({ kind, messageId, ...facts, ...(isDryRun && { dryRun: true }) });
      const details = Object.values(facts).flatMap((fact) =>
        fact === undefined ? [] : oneLine(String(fact)),
      );
      const painted = terminal.paint(kinds[kind].style, kind.padEnd(width));
      terminal.print([...mark, painted, oneLine(messageId ?? '-'), ...details].join('  '));
    },
    count: (kind) => counts[kind],
    total,
    end: (facts) => json.end({ counts, ...facts }),
    summary() {
      const found = Object.entries(counts).filter(([, count]) => count > 0);
      const names: Readonly<Record<string, { readonly noun: string }>> = kinds;
      const phrases = found.map(([kind, count]) => counted(count, names[kind]?.noun ?? kind));
      const text = total() === 0 ? 'nothing is missing' : `found ${phrases.join(', ')}`;
      return isDryRun ? `dry run, nothing is queued and nothing is changed: ${text}` : text;
    },
  };
}
