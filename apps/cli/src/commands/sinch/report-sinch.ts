import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryCounts, SinchRun, Tally } from '@sinch-callbacks/simulator';
import { counted, factLines, oneLine } from '../../terminal/format.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import { listenForStop } from '../../terminal/stop-signal.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { explainAnswer } from '../http-answer.ts';

/** The reason why a run has ended. */
export type SinchEnd = 'finished' | 'time-limit' | 'interrupted';

export interface SinchSummary {
  readonly seed: string;
  readonly url: string;
  readonly retrySignature: string;
  readonly compress: number;
  readonly ended: SinchEnd;
  readonly seconds: number;
  readonly ok: boolean;
}

/** Returns true when no callback was missed, and none was left at the time limit. */
export function isSound({ lost, givenUp }: DeliveryCounts, ended: SinchEnd): boolean {
  return lost === 0 && givenUp === 0 && ended !== 'time-limit';
}

/** Formats the progress in one line. */
function describeProgress(tally: Tally): string {
  const { offered, requests, retries, acknowledged, lost, givenUp, unfinished } = tally.counts();
  const failure = tally.lastFailure();
  return (
    `${acknowledged.callbacks} of ${offered.callbacks} acknowledged, ${counted(requests, 'request')} ` +
    `(${retries} again), ${lost} lost, ${givenUp} given up, ${unfinished} to go` +
    (failure === undefined ? '' : `; last failure: ${oneLine(failure, 80)}`)
  );
}

/** Explains each answer that lost callbacks. */
export function explainLosses(
  { answers, lost }: DeliveryCounts,
  secretsFrom: string,
  terminal: Terminal,
): void {
  if (lost === 0) return;
  for (const answer of Object.keys(answers)) {
    const explanation = explainAnswer(Number(answer), secretsFrom);
    if (explanation !== undefined) terminal.note(explanation);
  }
}

/** Reports the result: for people as a list, for programs as one document. */
export function reportSinch(
  tally: Tally,
  summary: SinchSummary,
  withKeys: boolean,
  terminal: Terminal,
): void {
  const counts = tally.counts();
  const lastFailure = tally.lastFailure();
  const report = openJsonReport(terminal);
  if (withKeys) {
    report.beginList('acknowledgedKeys');
    for (const key of tally.acknowledgedKeys()) report.item(key);
    report.beginList('missedKeys');
    for (const key of tally.missedKeys()) report.item(key);
  }
  const { ok, ...about } = summary;
  report.end({ ...about, ...counts, lastFailure, ok });
  for (const line of factLines(describeCounts(counts, summary, lastFailure))) terminal.print(line);
}

function describeCounts(
  counts: DeliveryCounts,
  { ended, seconds }: SinchSummary,
  lastFailure: string | undefined,
): Record<string, string | undefined> {
  const { offered, acknowledged, answers } = counts;
  return {
    ended: `${describeEnd(ended)} after ${seconds} s`,
    offered: `${counted(offered.callbacks, 'callback')} of ${counted(offered.events, 'event')}`,
    acknowledged: `${counted(acknowledged.events, 'event')}, and ${acknowledged.copies} again`,
    requests: `${counts.requests}, ${counts.retries} of them again`,
    answers: Object.entries(answers)
      .map(([what, count]) => `${what} × ${count}`)
      .join(', '),
    lost: String(counts.lost),
    'given up': String(counts.givenUp),
    unfinished: counts.unfinished > 0 ? String(counts.unfinished) : undefined,
    'last failure': lastFailure === undefined ? undefined : oneLine(lastFailure, 120),
  };
}

function describeEnd(ended: SinchEnd): string {
  switch (ended) {
    case 'finished':
      return 'everything was delivered or missed';
    case 'time-limit':
      return 'the time limit came';
    case 'interrupted':
      return 'stopped';
  }
}

const progressMs = 2_000;

/** Waits for a run's end, its time limit or a Ctrl-C, and reports the progress. */
export async function watchSinch(
  run: SinchRun,
  limitMs: number,
  terminal: Terminal,
): Promise<SinchEnd> {
  const stop = listenForStop();
  const isOver = new AbortController();
  const progress = setInterval(() => terminal.note(describeProgress(run.tally)), progressMs);
  const stopped = new Promise<SinchEnd>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve('interrupted'));
  });
  try {
    const ended = await Promise.race([
      run.finished.then((): SinchEnd => 'finished'),
      stopped,
      limit(limitMs, isOver.signal),
    ]);
    run.stop();
    return ended;
  } finally {
    clearInterval(progress);
    isOver.abort();
    stop.close();
  }
}

async function limit(limitMs: number, signal: AbortSignal): Promise<SinchEnd> {
  try {
    await sleep(limitMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 'time-limit';
}
