import type { LetterResult, OnLetter, SettledAs } from '@sinch-callbacks/operations';
import { counted, oneLine } from '../../terminal/format.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** A report of the results, letter by letter. */
export interface LetterReport {
  readonly acted: OnLetter;
  /** Begins the results of the replays. */
  beginWaiting(): void;
  readonly settled: (key: string, as: SettledAs) => void;
  /** @param facts further members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  /** Returns how many letters have this result so far. */
  count(kind: Kind): number;
  /** Returns all counts in one line. */
  summary(): string;
}

type Kind = LetterResult['kind'] | SettledAs;
type Style = Parameters<Terminal['paint']>[0];

/** The colour of each result, and its phrase in the last line. */
const kinds: Readonly<Record<Kind, { readonly style: Style; readonly phrase: string }>> = {
  replayed: { style: 'green', phrase: 'replayed' },
  discarded: { style: 'yellow', phrase: 'discarded' },
  'would-replay': { style: 'cyan', phrase: 'would be replayed' },
  'would-discard': { style: 'cyan', phrase: 'would be discarded' },
  'under-way': { style: 'green', phrase: 'under way already' },
  skipped: { style: 'dim', phrase: 'skipped' },
  'not-found': { style: 'red', phrase: 'not found' },
  applied: { style: 'green', phrase: 'applied' },
  'dead-again': { style: 'red', phrase: 'dead again' },
  unsettled: { style: 'yellow', phrase: 'not settled in time' },
};

const width = 'would-discard'.length;

export function openLetterReport(terminal: Terminal): LetterReport {
  const json = openJsonReport(terminal);
  const counts = new Map<Kind, number>();
  json.beginList('letters');

  function say(kind: Kind, key: string, detail: string): void {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const { style } = kinds[kind];
    terminal.print(`${terminal.paint(style, kind.padEnd(width))}  ${oneLine(key)}${detail}`);
  }

  return {
    acted(key, result) {
      const { kind, ...facts } = result;
      json.item({ eventKey: key, outcome: kind, ...facts });
      say(kind, key, detailOf(result));
    },
    beginWaiting: () => json.beginList('waited'),
    settled(key, as) {
      json.item({ eventKey: key, outcome: as });
      say(as, key, '');
    },
    end: (facts) => json.end({ counts: Object.fromEntries(counts), ...facts }),
    count: (kind) => counts.get(kind) ?? 0,
    summary() {
      const phrases = [...counts].map(
        ([kind, count]) => `${counted(count, 'letter')} ${kinds[kind].phrase}`,
      );
      return phrases.length === 0 ? 'no dead letter matches' : phrases.join(', ');
    },
  };
}

function detailOf(result: LetterResult): string {
  switch (result.kind) {
    case 'replayed':
    case 'under-way':
      return ` (replay ${result.replay})`;
    case 'skipped':
      return `: ${result.reason}`;
    case 'discarded':
    case 'would-replay':
    case 'would-discard':
    case 'not-found':
      return '';
  }
}
