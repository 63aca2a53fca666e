import type { LatencySummary } from '@sinch-callbacks/simulator/load';
import { counted, factLines, oneLine } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { explainAnswer } from '../http-answer.ts';
import type { LoadResult } from './load-result.ts';

/** Prints the result for people. */
export function printResult(result: LoadResult, terminal: Terminal): void {
  for (const line of factLines(describeResult(result))) terminal.print(line);
}

/** Prints advice about the result on stderr. */
export function explainResult(result: LoadResult, secretFrom: string, terminal: Terminal): void {
  for (const status of Object.keys(result.refused)) {
    const explanation = explainAnswer(Number(status), secretFrom);
    if (explanation !== undefined) terminal.note(explanation);
  }
  const warning = warnOfSender(result);
  if (warning !== undefined) terminal.note(warning);
  if (result.problem !== undefined) {
    terminal.note(`it could not be verified: ${oneLine(result.problem, 200)}`);
  }
  for (const key of result.lostKeys ?? []) terminal.note(`lost: ${key}`);
}

/** Warns when the sender's own delay is part of the latencies. */
export function warnOfSender({ sender }: LoadResult): string | undefined {
  if (sender.keptUp) return undefined;
  const lag = sender.lag === undefined ? '' : `up to ${showMs(sender.lag.maxMs)} late, `;
  return (
    `the sender could not keep its schedule (${lag}busy for up to ${percent(sender.busiest)} of a ` +
    'second), which is part of the latencies: lower --rate, or send from another machine'
  );
}

/** Lists the figures by name, in their order. Figures without a value are absent. */
export function describeResult(result: LoadResult): Record<string, string | undefined> {
  const { refused, unanswered } = result;
  return {
    load: describeLoadAsked(result),
    ended: result.ended === 'interrupted' ? 'stopped' : undefined,
    sent: `${counted(result.sent, 'callback')} of ${result.due} that were due`,
    'held back': ifAny(
      result.heldBack,
      `${result.heldBack} waited for one of ${counted(result.connections, 'connection')}` +
        (result.neverSent > 0 ? `, ${result.neverSent} in vain` : ''),
    ),
    accepted: `${counted(result.accepted, 'callback')} of ${counted(result.acceptedEvents, 'event')}`,
    refused:
      Object.entries(refused)
        .map(([status, count]) => `${status} × ${count}`)
        .join(', ') || '0',
    unanswered: ifAny(
      unanswered.timeout + unanswered.unreachable,
      `${unanswered.timeout} in time, ${unanswered.unreachable} at all` +
        (result.lastFailure === undefined ? '' : ` (${oneLine(result.lastFailure, 80)})`),
    ),
    latency: describeLatency(result.latency),
    'service time': describeLatency(result.service),
    'schedule lag': describeLatency(result.sender.lag),
    verified: describeVerified(result),
    applied: result.applied === undefined ? undefined : counted(result.applied, 'event'),
    'duplicates absorbed':
      result.applied === undefined ? undefined : String(result.duplicatesAbsorbed),
    'received to row': result.receivedToRow && describeLatency(result.receivedToRow),
    unhandled: ifAny(result.unhandled, `${result.unhandled}`),
    dead: result.dead?.toString(),
    'still queued': ifAny(result.queued, `${result.queued}`),
    unknown: ifAny(result.unknown, `${result.unknown}`),
    'without status row': ifAny(result.withoutStatusRow, `${result.withoutStatusRow}`),
    lost: result.lost?.toString(),
  };
}

export function describeLoadAsked(result: LoadResult): string {
  const { shape, spike, rate, durationSeconds, duplicates, seed } = result;
  const peak = spike === undefined ? '' : `, ${spike} times that in the middle third`;
  const course = { steady: 'steadily', spike: 'and a spike', ramp: 'at the end of a ramp' }[shape];
  return (
    `${rate} a second ${course}${peak}, for ${durationSeconds} s, ` +
    `${duplicates} % twice, seed ${oneLine(seed, 60)}`
  );
}

function describeVerified({ verified, drainSeconds }: LoadResult): string {
  switch (verified) {
    case 'complete':
      return `every accepted event, within ${drainSeconds} s of the last answer`;
    case 'incomplete':
      return `not every accepted event, after ${drainSeconds} s`;
    case 'failed':
      return `failed, after ${drainSeconds} s`;
    case 'skipped':
      return 'nothing (--no-verify)';
  }
}

function describeLatency(summary: LatencySummary | undefined): string {
  if (summary === undefined) return 'nothing was answered';
  const { p50Ms, p95Ms, p99Ms, maxMs } = summary;
  return `p50 ${showMs(p50Ms)}, p95 ${showMs(p95Ms)}, p99 ${showMs(p99Ms)}, max ${showMs(maxMs)}`;
}

/** Formats a duration: `0.8 ms`, `12 ms`, `1.25 s`. */
export function showMs(ms: number): string {
  if (ms >= 1_000) return `${Number((ms / 1_000).toPrecision(3))} s`;
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function ifAny(count: number | undefined, text: string): string | undefined {
  return count === undefined || count === 0 ? undefined : text;
}
