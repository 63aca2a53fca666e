import type { DatabaseDifference } from './evidence/compare-databases.ts';
import type { HandlerComparison } from './evidence/compare-handler-rows.ts';
import type { Reconciliation, Violation } from './evidence/reconcile.ts';
import type { OutboundComparison } from './evidence/reconcile-outbound.ts';
import type { RequestLog } from './evidence/request-log.ts';
import { faultNames } from './plan/faults.ts';
import type { ChaosOptions } from './read-options.ts';
import type { CompletedRound } from './run-rounds.ts';

/** The result of a run, as JSON for programs. It has ids and nothing of a body. */
export interface ChaosReport {
  readonly ok: boolean;
  readonly seed: string;
  readonly faults: number;
  /** Callbacks with different bodies. */
  readonly callbacks: number;
  /** Callbacks that were answered with 2xx. */
  readonly acknowledged: number;
  readonly applied: number;
  readonly dead: number;
  readonly lost: number;
  readonly doubled: number;
  /** Copies that Sinch sent without being asked. */
  readonly copies: number;
  readonly requests: number;
  /** Requests after the first of each callback, which had got no 2xx. */
  readonly redelivered: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly givenUp: number;
  /** Rows that handlers committed: one for each of them and each thing that happened. */
  readonly handlerRows: Readonly<Record<keyof HandlerComparison, number>>;
  /** Messages that were queued, by what became of them; `twice` at a phone must be 0. */
  readonly outbound: Readonly<Record<OutboundCount | 'twice', number>>;
  readonly comparedRows: number;
  readonly differences: readonly DatabaseDifference[];
  readonly violations: readonly (Violation & { readonly kind: string; readonly round: string })[];
  /** Other problems, such as a process that exited unexpectedly. */
  readonly findings: readonly string[];
  readonly rounds: Readonly<Record<string, number>>;
  readonly durationSeconds: number;
}

type OutboundCount = 'rows' | 'sent' | 'uncertain' | 'atPhones';

export interface ReportSources {
  readonly options: ChaosOptions;
  readonly completed: readonly CompletedRound[];
  readonly requestLog: RequestLog;
  readonly reconciliation: Reconciliation;
  readonly handlerRows: HandlerComparison;
  readonly outbound: OutboundComparison;
  readonly comparison: {
    readonly rows: number;
    readonly differences: readonly DatabaseDifference[];
  };
  readonly findings: readonly string[];
  readonly durationSeconds: number;
}

export function makeReport(sources: ReportSources): ChaosReport {
  const { options, completed, requestLog, reconciliation, handlerRows, comparison, findings } =
    sources;
  const { rows, sent, uncertain, atPhones, ...ofOutbound } = sources.outbound;
  const { lost, doubled, abandoned, givenUp, deadInVain, ...counts } = reconciliation;
  const roundOf = new Map(
    completed.flatMap(({ round, wave }) =>
      wave.offers.map(({ event }) => [event.key, `${round.number}, ${round.fault}`] as const),
    ),
  );
  const { expected, missing: missingRow, doubled: doubledRow, strange: strangeRow } = handlerRows;
  const ofEvents = { lost, doubled, abandoned, givenUp, deadInVain };
  const ofRows = { missingRow, doubledRow, strangeRow };
  const all = Object.entries({ ...ofEvents, ...ofRows, ...ofOutbound });
  const violations = all.flatMap(([kind, found]) =>
    found.map((one) => ({ kind, ...one, round: roundOf.get(one.eventKey) ?? 'unknown' })),
  );
  const { differences } = comparison;
  return {
    ok: violations.length === 0 && differences.length === 0 && findings.length === 0,
    seed: options.seed,
    faults: completed.length,
    ...counts,
    lost: lost.length,
    doubled: doubled.length,
    copies: requestLog.offered.length - counts.callbacks,
    requests: requestLog.requests.length,
    redelivered: requestLog.requests.filter(({ number }) => number > 1).length,
    answers: countAnswers(requestLog),
    givenUp: givenUp.length,
    handlerRows: {
      expected,
      missing: missingRow.length,
      doubled: doubledRow.length,
      strange: strangeRow.length,
    },
    outbound: { rows, sent, uncertain, atPhones, twice: ofOutbound.sentTwice.length },
    comparedRows: comparison.rows,
    differences,
    violations,
    findings,
    rounds: countRounds(completed),
    durationSeconds: sources.durationSeconds,
  };
}

function countAnswers({ requests }: RequestLog): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status = 'none' } of requests) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function countRounds(completed: readonly CompletedRound[]): Record<string, number> {
  const counts = faultNames.map(
    (name) => [name, completed.filter(({ round }) => round.fault === name).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const shownDifferences = 50;

/** Formats the report for people, line by line. */
export function describeReport(report: ChaosReport): string[] {
  const facts = [
    'faults',
    'callbacks',
    'acknowledged',
    'applied',
    'dead',
    'lost',
    'doubled',
  ] as const;
  const rest = ['copies', 'requests', 'redelivered', 'comparedRows'] as const;
  const line = (name: string, value: unknown) => `  ${name.padEnd(18)}${String(value).padStart(8)}`;
  const { violations, differences, findings, rounds, handlerRows, outbound } = report;
  const { missing, doubled, strange } = handlerRows;
  const differs = differences.map(
    ({ table, key, kind, columns }) => `  row ${kind}: ${table} ${key} ${columns.join(', ')}`,
  );
  return [
    ...[...facts, ...rest].map((name) => line(name, report[name])),
    line('differing rows', differences.length),
    `${line('handler rows', handlerRows.expected)}: ${missing} missing, ` +
      `${doubled} doubled, ${strange} strange`,
    `${line('messages', outbound.rows)}: ${outbound.sent} sent, ${outbound.uncertain} uncertain, ` +
      `${outbound.atPhones} at phones, ${outbound.twice} of them twice`,
    '',
    '  rounds of each fault',
    ...Object.entries(rounds).map(([name, count]) => line(name, count)),
    '',
    ...violations.map(
      ({ kind, eventKey, why, round }) => `  ${kind}: ${eventKey} (round ${round}): ${why}`,
    ),
    ...differs.slice(0, shownDifferences),
    ...findings.map((finding) => `  ${finding}`),
    `seed ${report.seed}, ${report.durationSeconds} s`,
  ];
}
