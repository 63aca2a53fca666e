import { oneLine } from '../format/text.ts';
import { openJsonReport } from '../json-report.ts';
import type { Terminal } from '../terminal.ts';
import type { LetterResult } from './letter-action.ts';
import type { SettledAs } from './wait-for-replays.ts';

/** Says what happens letter by letter, as it happens. */
export interface LetterReport {
  acted(key: string, result: LetterResult): void;
  /** Further results are about what became of the replays. */
  beginWaiting(): void;
  settled(key: string, as: SettledAs): void;
  /** @param facts more members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  counts(): Readonly<Record<string, number>>;
}

type Style = Parameters<Terminal['paint']>[0];

const styles: Readonly<Record<LetterResult['kind'] | SettledAs, Style>> = {
  replayed: 'green',
  discarded: 'yellow',
  'would-replay': 'cyan',
  'would-discard': 'cyan',
  skipped: 'dim',
  'not-found': 'red',
  applied: 'green',
  'dead-again': 'red',
  unsettled: 'yellow',
};

const width = 'would-discard'.length;

export function openLetterReport(terminal: Terminal): LetterReport {
  const json = openJsonReport(terminal);
  const counts: Record<string, number> = {};
  json.beginList('letters');

  function say(kind: keyof typeof styles, key: string, detail: string): void {
    counts[kind] = (counts[kind] ?? 0) + 1;
    terminal.print(`${terminal.paint(styles[kind], kind.padEnd(width))}  ${oneLine(key)}${detail}`);
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
    end: (facts) => json.end({ counts, ...facts }),
    counts: () => counts,
  };
}

function detailOf(result: LetterResult): string {
  switch (result.kind) {
    case 'replayed':
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
