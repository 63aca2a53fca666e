import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type SinchRun, startSinch, usualRetryRules } from '@sinch-callbacks/simulator';
import type { RequestLog } from './evidence/request-log.ts';
import { planMessages } from './plan/plan-messages.ts';
import type { Round } from './plan/plan-rounds.ts';
import { compress, planWave, type Wave } from './plan/plan-wave.ts';
import type { MessageQueue } from './sinch/message-queue.ts';
import { type FaultContext, injectFault } from './stack/inject-fault.ts';

export interface RunOptions {
  readonly seed: string;
  readonly rounds: readonly Round[];
  readonly requestLog: RequestLog;
  readonly messages: MessageQueue;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** A round, and the callbacks that Sinch sent around its fault. */
export interface CompletedRound {
  readonly round: Round;
  readonly wave: Wave;
}

/** Fast enough to catch up after an outage. */
const rate = { perSecond: 200, burst: 50 };
const concurrency = 16;
/** Shorter than some freezes: an applied callback without an answer in time is then sent again. */
const timeoutMs = 4_000;
const firstAnswerTimeoutMs = 120_000;
const finishTimeoutMs = 2_400_000;

/**
 * Runs the rounds one after the other, and waits until Sinch has nothing left to send, and no
 * message is left to be queued.
 */
export async function runRounds(
  context: FaultContext,
  options: RunOptions,
): Promise<CompletedRound[]> {
  const { rounds, seed, requestLog, messages, signal, onProgress } = options;
  const runs: SinchRun[] = [];
  const completed: CompletedRound[] = [];
  try {
    for (const round of rounds) {
      const wave = planWave(seed, round);
      const startedAt = performance.now();
      const run = sendWave(round, wave, context, requestLog);
      runs.push(run);
      completed.push({ round, wave });
      messages.start(planMessages(seed, round));
      await until(() => run.tally.counts().acknowledged.callbacks > 0 || signal.aborted, {
        what: `the first callback of round ${round.number} to be acknowledged`,
        timeoutMs: firstAnswerTimeoutMs,
      });
      await sleep(round.leadMs, undefined, { signal });
      await injectFault(round, context, () => sleep(round.holdMs, undefined, { signal }));
      onProgress(describeRound(round, rounds.length, startedAt, requestLog));
    }
    await allFinished(runs, signal);
    await messages.finished();
    return completed;
  } finally {
    for (const run of runs) run.stop();
  }
}

function sendWave(
  round: Round,
  wave: Wave,
  { stack }: FaultContext,
  requestLog: RequestLog,
): SinchRun {
  return startSinch(wave.offers, {
    url: stack.webhookUrl,
    secrets: stack.secrets,
    seed: wave.seed,
    rate,
    retries: usualRetryRules,
    retrySignature: wave.retrySignature,
    compress,
    concurrency,
    timeoutMs,
    onSettled: requestLog.open(round.number, wave),
  });
}

async function allFinished(runs: readonly SinchRun[], signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  const late = sleep(finishTimeoutMs, 'late' as const, { signal: stop });
  const finished = Promise.all(runs.map((run) => run.finished)).then(() => 'finished' as const);
  try {
    if ((await Promise.race([finished, late])) === 'finished') return;
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
  const left = runs.reduce((sum, run) => sum + run.tally.counts().unfinished, 0);
  throw new Error(`Sinch still had ${left} callbacks to deliver after ${finishTimeoutMs} ms.`);
}

function describeRound(
  round: Round,
  of: number,
  startedAt: number,
  requestLog: RequestLog,
): string {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const { number, fault, holdMs } = round;
  const { length } = requestLog.requests;
  return (
    `round ${number} of ${of}: ${fault}, held for ${holdMs} ms, over after ${seconds} s; ` +
    `${requestLog.acknowledged()} acknowledged in ${length} requests`
  );
}
