import {
  createCallbackDraw,
  createLoadTally,
  type LoadEnd,
  type LoadTally,
  openPoster,
  sendLoad,
} from '@sinch-callbacks/simulator/load';
import type { Session } from '../../session.ts';
import { openProgressLine, type ProgressLine } from '../../terminal/progress-line.ts';
import { listenForStop } from '../../terminal/stop-signal.ts';
import type { LoadCommandOptions } from './load-options.ts';
import { type LoadFacts, type LoadResult, resultOf } from './load-result.ts';
import type { LoadTargets } from './load-targets.ts';
import type { LoadPlan } from './plan-load.ts';
import { type Verification, verifyLoad } from './verify-load.ts';
import { watchLoad } from './watch-load.ts';

export interface LoadJob {
  readonly url: string;
  readonly secret: string;
  readonly plan: LoadPlan;
  readonly options: LoadCommandOptions;
  readonly facts: LoadFacts;
}

/** Bodies created before the start, some 60 MB. Further ones are created when they are due. */
const mostPrepared = 50_000;

/**
 * Sends a load until its end or a Ctrl-C, and then looks up the accepted events. A Ctrl-C during
 * the look-up stops the wait, and a second one at any time ends the process.
 */
export async function sendAndVerify(
  job: LoadJob,
  targets: LoadTargets,
  { terminal, io: { stderr } }: Session,
): Promise<LoadResult> {
  const line = openProgressLine(stderr, terminal);
  const tally = createLoadTally(job.plan.windowMs);
  const stop = listenForStop();
  try {
    const { ended, busiest } = await send(job, targets, tally, line, stop.signal);
    if (ended === 'interrupted') terminal.note('stopped; what was accepted is looked up');
    // The Ctrl-C that stopped the sending does not stop the look-up.
    const signal = ended === 'interrupted' ? new AbortController().signal : stop.signal;
    const verification = await verify(job, targets, tally, line, signal);
    return resultOf(job.facts, ended, tally, busiest, verification);
  } finally {
    line.clear();
    stop.close();
  }
}

async function send(
  { url, secret, plan, options }: LoadJob,
  { queues }: LoadTargets,
  tally: LoadTally,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<{ readonly ended: LoadEnd; readonly busiest: number }> {
  const { schedule } = plan;
  const { connections, timeout: timeoutMs } = options;
  const draw = createCallbackDraw(plan.draw);
  draw.prepare(Math.min(schedule.count, mostPrepared));
  const poster = await openPoster({ url, connections, timeoutMs });
  // Start the clock after all preparation, so that its time is not part of the latencies.
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const watch = watchLoad({ tally, queues, line, elapsedMs });
  try {
    const about = { poster, secret, schedule, draw, connections, timeoutMs };
    const ended = await sendLoad({ ...about, tally, signal, elapsedMs });
    return { ended, busiest: watch.busiest() };
  } finally {
    await watch.stop();
    await poster.close();
  }
}

async function verify(
  { options }: LoadJob,
  { database, queues }: LoadTargets,
  tally: LoadTally,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<Verification | undefined> {
  if (database === undefined) return undefined;
  return await verifyLoad({
    eventKeys: tally.acceptedKeys(),
    database,
    queues,
    drainTimeoutMs: options.drainTimeout,
    signal,
    onProgress: (found, missing) => line.show(`verified ${found}, ${missing} to go`),
  });
}
